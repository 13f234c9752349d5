import Crypto
import CryptoExtras
import SecretMemory

/// AES in CBC with PKCS #7 padding, from locked memory and into it. The library's own hands out copies that nobody wipes.
/// Sources: NIST SP 800-38A section 6.2, RFC 5652 section 6.3.
enum CipherBlockChaining {
  static let blockSize = 16

  /// The ciphertext of `plaintext`.
  static func encrypt(
    _ plaintext: SecretBytes, key: SymmetricKey, initializationVector: [UInt8]
  ) throws(PrivateKeyError) -> [UInt8] {
    let padding = blockSize - plaintext.count % blockSize
    // Each block is enciphered where it was laid down, so that none stays behind in the clear.
    var ciphertext = [UInt8](repeating: UInt8(padding), count: plaintext.count + padding)
    plaintext.withUnsafeBytes { plaintext in ciphertext.withUnsafeMutableBytes { $0.copyMemory(from: plaintext) } }
    do {
      try ciphertext.withUnsafeMutableBufferPointer { buffer in
        for start in stride(from: 0, to: buffer.count, by: blockSize) {
          for index in 0..<blockSize {
            buffer[start + index] ^= start == 0 ? initializationVector[index] : buffer[start + index - blockSize]
          }
          var block = UnsafeMutableBufferPointer(rebasing: buffer[start..<(start + blockSize)])
          try AES.permute(&block, key: key)
        }
      }
    } catch {
      throw .cryptography("\(error)")
    }
    return ciphertext
  }

  /// The plaintext of `ciphertext`; ``PrivateKeyError/passphrase`` where its padding is none.
  static func decrypt(
    _ ciphertext: [UInt8], key: SymmetricKey, initializationVector: [UInt8]
  ) throws(PrivateKeyError) -> SecretBytes {
    guard !ciphertext.isEmpty, ciphertext.count.isMultiple(of: blockSize) else {
      throw .encryption("the ciphertext is not a number of whole blocks")
    }
    do {
      let plaintext = try SecretBytes(capacity: ciphertext.count) { memory in
        memory.copyBytes(from: ciphertext)
        let buffer = memory.bindMemory(to: UInt8.self)
        for start in stride(from: 0, to: buffer.count, by: blockSize) {
          var block = UnsafeMutableBufferPointer(rebasing: buffer[start..<(start + blockSize)])
          guard (try? AES.inversePermute(&block, key: key)) != nil else { return 0 }
          for index in 0..<blockSize {
            block[index] ^= start == 0 ? initializationVector[index] : ciphertext[start + index - blockSize]
          }
        }
        guard let padding = buffer.last, (1...blockSize).contains(Int(padding)),
          buffer.suffix(Int(padding)).allSatisfy({ $0 == padding })
        else { return 0 }
        return buffer.count - Int(padding)
      }
      guard plaintext.count > 0 else { throw PrivateKeyError.passphrase }
      return plaintext
    } catch let error as PrivateKeyError {
      throw error
    } catch let error as SecretMemoryError {
      throw .memory(error)
    } catch {
      throw .cryptography("\(error)")
    }
  }
}
