import Crypto
import CryptoExtras
import FoundationEssentials
import SecretMemory

/// The four-round Feistel cipher between the secret and what is split: PBKDF2-HMAC-SHA256 under the passphrase.
/// Source: SLIP-0039, Encryption of the master secret.
struct MasterSecretCipher {
  /// How many: 2,500 · 2^exponent iterations in each round.
  let iterationExponent: Int
  /// Shares without the extendable flag are salted with this identifier; `nil` for those with it.
  let identifier: Int?
  let passphrase: SecretBytes

  private static let rounds = 4

  /// What is split. `secret` has an even number of bytes.
  func encrypted(_ secret: SecretBytes) throws(RecoveryError) -> SecretBytes {
    try ran(over: secret, rounds: Array(0..<Self.rounds))
  }

  /// The inverse of ``encrypted(_:)``. There is no wrong passphrase: each gives another secret.
  func decrypted(_ bytes: SecretBytes) throws(RecoveryError) -> SecretBytes {
    try ran(over: bytes, rounds: (0..<Self.rounds).reversed())
  }

  private func ran(over bytes: SecretBytes, rounds: [Int]) throws(RecoveryError) -> SecretBytes {
    let half = bytes.count / 2
    return try .filled(count: half * 2) { (buffer) throws(RecoveryError) in
      // Instead of swapping the halves after each round, they lie swapped from the start and take turns.
      var target = UnsafeMutableRawBufferPointer(rebasing: buffer[half...])
      var source = UnsafeMutableRawBufferPointer(rebasing: buffer[..<half])
      bytes.withUnsafeBytes { bytes in
        for index in 0..<half { (target[index], source[index]) = (bytes[index], bytes[half + index]) }
      }
      for round in rounds {
        let key = try key(of: round, source: UnsafeRawBufferPointer(source))
        key.withUnsafeBytes { key in
          for (index, byte) in zip(target.indices, key) { target[index] ^= byte }
        }
        swap(&target, &source)
      }
    }
  }

  private func key(of round: Int, source: UnsafeRawBufferPointer) throws(RecoveryError) -> SymmetricKey {
    var password = passphrase.withUnsafeBytes { [UInt8(round)] + $0 }
    var salt: [UInt8] = []
    if let identifier { salt = "shamir".utf8 + [UInt8(identifier >> 8), UInt8(identifier & 0xFF)] }
    salt += source
    defer {
      for index in password.indices { password[index] = 0 }
      for index in salt.indices { salt[index] = 0 }
    }
    do {
      return try KDF.Insecure.PBKDF2.deriveKey(
        from: password, salt: salt, using: .sha256, outputByteCount: source.count,
        unsafeUncheckedRounds: (10_000 << iterationExponent) / Self.rounds)
    } catch {
      throw .cryptography("\(error)")
    }
  }
}
