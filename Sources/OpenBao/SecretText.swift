import SecretMemory

/// A secret that came as text in an answer, moved to locked memory.
enum SecretText {
  static func secret(_ text: String) throws(OpenBaoError) -> SecretBytes {
    let bytes = Array(text.utf8)
    // What is no token must not become part of a header.
    guard !bytes.isEmpty, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .malformed("its secret is none") }
    do throws(SecretMemoryError) {
      return try SecretBytes(count: bytes.count) { $0.copyBytes(from: bytes) }
    } catch {
      throw .memory(error)
    }
  }
}
