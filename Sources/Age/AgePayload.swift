import Crypto
import FoundationEssentials
import SecretMemory

/// The encrypted body of an age file: a nonce, and chunks of 64 KiB, each sealed with its number and whether it is the
/// last. Source: c2sp.org/age, "Payload".
enum AgePayload {
  static let chunkSize = 64 << 10
  private static let nonceSize = 16
  private static let tagSize = 16

  /// The payload of `plaintext`.
  static func seal(_ plaintext: SecretBytes, with fileKey: SymmetricKey) throws(AgeError) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    let nonce = (0..<nonceSize).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    let key = payloadKey(fileKey, nonce)
    let chunks = max(1, (plaintext.count + chunkSize - 1) / chunkSize)
    var payload = nonce
    payload.reserveCapacity(nonceSize + plaintext.count + chunks * tagSize)
    do {
      try plaintext.withUnsafeBytes { plaintext in
        for index in 0..<chunks {
          let end = min((index + 1) * chunkSize, plaintext.count)
          let chunk = UnsafeRawBufferPointer(rebasing: plaintext[(index * chunkSize)..<end])
          let box = try ChaChaPoly.seal(
            chunk, using: key, nonce: chunkNonce(index, isLast: index == chunks - 1))
          payload += box.ciphertext
          payload += box.tag
        }
      }
    } catch {
      throw .cryptography("\(error)")
    }
    return payload
  }

  /// The plaintext of `payload`, all of it.
  static func open(_ payload: ArraySlice<UInt8>, with fileKey: SymmetricKey) throws(AgeError) -> SecretBytes {
    let key = payloadKey(fileKey, payload.prefix(nonceSize))
    let sealed = payload.dropFirst(nonceSize)
    let sealedSize = chunkSize + tagSize
    let chunks = (sealed.count + sealedSize - 1) / sealedSize
    guard chunks > 0 else { throw .payloadCutShort }
    let lastSize = sealed.count - (chunks - 1) * sealedSize
    let capacity = (chunks - 1) * chunkSize + max(0, lastSize - tagSize)
    var refusal: AgeError?
    let plaintext: SecretBytes
    do throws(SecretMemoryError) {
      plaintext = try SecretBytes(capacity: capacity) { buffer in
        var written = 0
        for index in 0..<chunks {
          let start = sealed.startIndex + index * sealedSize
          let chunk = sealed[start..<min(start + sealedSize, sealed.endIndex)]
          let isLast = index == chunks - 1
          guard var bytes = open(chunk, key, index, isLast: isLast), !bytes.isEmpty || chunks == 1 else {
            // What ends with a sound chunk that is not the last one, or within a tag, has lost its end.
            let isCut = isLast && (chunk.count < tagSize || open(chunk, key, index, isLast: false) != nil)
            refusal = isCut ? .payloadCutShort : .payloadDamaged
            return 0
          }
          let part = UnsafeMutableRawBufferPointer(rebasing: buffer[written..<(written + bytes.count)])
          part.copyBytes(from: bytes)
          written += bytes.count
          bytes.resetBytes(in: bytes.startIndex..<bytes.endIndex)
        }
        return written
      }
    } catch {
      throw .memory(error)
    }
    if let refusal { throw refusal }
    return plaintext
  }

  private static func open(_ chunk: ArraySlice<UInt8>, _ key: SymmetricKey, _ index: Int, isLast: Bool) -> Data? {
    guard chunk.count >= tagSize, let nonce = try? chunkNonce(index, isLast: isLast),
      let box = try? ChaChaPoly.SealedBox(
        nonce: nonce, ciphertext: chunk.dropLast(tagSize), tag: chunk.suffix(tagSize))
    else { return nil }
    return try? ChaChaPoly.open(box, using: key)
  }

  private static func payloadKey(_ fileKey: SymmetricKey, _ nonce: some Sequence<UInt8>) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: fileKey, salt: Array(nonce), info: Array("payload".utf8), outputByteCount: 32)
  }

  /// The chunk's number in 11 bytes, most significant first, and 1 behind it for the last chunk.
  private static func chunkNonce(_ index: Int, isLast: Bool) throws -> ChaChaPoly.Nonce {
    let number = (0..<8).reversed().map { UInt8(truncatingIfNeeded: index >> ($0 * 8)) }
    return try ChaChaPoly.Nonce(data: [0, 0, 0] + number + [isLast ? 1 : 0])
  }
}
