import Crypto
import FoundationEssentials

/// How a stanza's body holds the file key: ChaCha20-Poly1305 with a key that is used once, so that the nonce may be zero.
enum FileKeyWrap {
  static let fileKeySize = 16
  /// Bytes of a body. Any other count must be refused before it is decrypted, against partitioning oracles.
  static let bodySize = 32

  /// A new file key.
  static func makeFileKey() -> SymmetricKey { SymmetricKey(size: .bits128) }

  /// The body.
  static func seal(_ fileKey: SymmetricKey, with key: SymmetricKey) throws(AgeError) -> [UInt8] {
    do {
      let box = try fileKey.withUnsafeBytes { try ChaChaPoly.seal($0, using: key, nonce: nonce()) }
      return Array(box.ciphertext + box.tag)
    } catch {
      throw .cryptography("\(error)")
    }
  }

  /// The file key; `nil` where `key` is not the one.
  static func open(_ body: [UInt8], with key: SymmetricKey) -> SymmetricKey? {
    guard body.count == bodySize, let nonce = try? nonce(),
      let box = try? ChaChaPoly.SealedBox(
        nonce: nonce, ciphertext: body[..<fileKeySize], tag: body[fileKeySize...]),
      var bytes = try? ChaChaPoly.open(box, using: key)
    else { return nil }
    defer { bytes.resetBytes(in: bytes.startIndex..<bytes.endIndex) }
    return SymmetricKey(data: bytes)
  }

  private static func nonce() throws -> ChaChaPoly.Nonce {
    try ChaChaPoly.Nonce(data: [UInt8](repeating: 0, count: 12))
  }
}
