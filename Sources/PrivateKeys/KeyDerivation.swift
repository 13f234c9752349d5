import Crypto
import CryptoExtras
import FoundationEssentials
import SecretMemory
import SwiftASN1

/// How PBES2 makes a key of a passphrase. Sources: RFC 8018 appendix A.2, RFC 7914 section 7.
enum KeyDerivation {
  case pbkdf2(salt: [UInt8], iterations: Int, keyLength: Int?, PseudorandomFunction)
  case scrypt(salt: [UInt8], cost: Int, blockSize: Int, parallelism: Int, keyLength: Int?)

  /// PBKDF2's pseudorandom function: HMAC with one of these hashes.
  enum PseudorandomFunction: CaseIterable {
    case hmacWithSHA1
    case hmacWithSHA256
    case hmacWithSHA384
    case hmacWithSHA512

    var identifier: ASN1ObjectIdentifier {
      switch self {
      case .hmacWithSHA1: [1, 2, 840, 113549, 2, 7]
      case .hmacWithSHA256: [1, 2, 840, 113549, 2, 9]
      case .hmacWithSHA384: [1, 2, 840, 113549, 2, 10]
      case .hmacWithSHA512: [1, 2, 840, 113549, 2, 11]
      }
    }

    fileprivate var function: KDF.Insecure.PBKDF2.HashFunction {
      switch self {
      case .hmacWithSHA1: .insecureSHA1
      case .hmacWithSHA256: .sha256
      case .hmacWithSHA384: .sha384
      case .hmacWithSHA512: .sha512
      }
    }
  }

  static let pbkdf2Identifier: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 5, 12]
  static let scryptIdentifier: ASN1ObjectIdentifier = [1, 3, 6, 1, 4, 1, 11591, 4, 11]

  /// The key of `length` bytes. ``PrivateKeyError/cost(_:)`` outside of ``PasswordCost``.
  func key(of passphrase: SecretBytes, length: Int) throws(PrivateKeyError) -> SymmetricKey {
    guard passphrase.count > 0 else { throw .emptyPassphrase }
    guard keyLength ?? length == length else { throw .encryption("the key's length is not the cipher's") }
    guard (1...1024).contains(salt.count) else { throw .encryption("the salt is not 1 to 1024 bytes long") }
    do {
      return try passphrase.withUnsafeBytes { passphrase in
        switch self {
        case .pbkdf2(let salt, let iterations, _, let pseudorandomFunction):
          guard PasswordCost.iterations.contains(iterations) else {
            throw PrivateKeyError.cost("PBKDF2 with other than 1 to \(PasswordCost.iterations.upperBound) iterations")
          }
          return try KDF.Insecure.PBKDF2.deriveKey(
            from: passphrase, salt: salt, using: pseudorandomFunction.function, outputByteCount: length,
            unsafeUncheckedRounds: iterations)
        case .scrypt(let salt, let cost, let blockSize, let parallelism, _):
          try PasswordCost.check(cost: cost, blockSize: blockSize, parallelism: parallelism)
          do {
            return try KDF.Scrypt.deriveKey(
              from: passphrase, salt: salt, outputByteCount: length, rounds: cost, blockSize: blockSize,
              parallelism: parallelism)
          } catch {
            // The library's own bound on memory leaves too little room for block sizes over 16.
            throw PrivateKeyError.encryption("scrypt with r \(blockSize) and p \(parallelism) is not computed here")
          }
        }
      }
    } catch let error as PrivateKeyError {
      throw error
    } catch {
      throw .cryptography("\(error)")
    }
  }

  private var salt: [UInt8] {
    switch self {
    case .pbkdf2(let salt, _, _, _), .scrypt(let salt, _, _, _, _): salt
    }
  }

  private var keyLength: Int? {
    switch self {
    case .pbkdf2(_, _, let keyLength, _), .scrypt(_, _, _, _, let keyLength): keyLength
    }
  }
}
