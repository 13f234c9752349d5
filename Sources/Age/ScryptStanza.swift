import BaseEncodings
import Crypto
import CryptoExtras
import FoundationEssentials
import SecretMemory

/// The stanza of a passphrase. Source: c2sp.org/age, "The scrypt recipient type".
struct ScryptStanza {
  /// 16 random bytes.
  let salt: [UInt8]
  /// The logarithm to base 2 of scrypt's N.
  let workFactor: Int
  /// The wrapped file key.
  let body: [UInt8]

  static let type = Array("scrypt".utf8)
  /// What is read and written; 22 takes 4 GiB and is what age itself reads.
  static let workFactors = 1...22
  private static let label = Array("age-encryption.org/v1/scrypt".utf8)
  private static let saltSize = 16

  /// What `stanza` holds; `nil` where it is of another type.
  init?(_ stanza: AgeStanza) throws(AgeError) {
    guard stanza.type == Self.type else { return nil }
    guard stanza.arguments.count == 3, let salt = Base64.bytes(unpadded: stanza.arguments[1]),
      salt.count == Self.saltSize
    else {
      throw .header(line: stanza.line, "scrypt has two arguments: 16 bytes in canonical base64, and the work factor")
    }
    let digits = stanza.arguments[2]
    guard let first = digits.first, first != UInt8(ascii: "0"),
      digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") })
    else { throw .header(line: stanza.line, "the work factor is not a decimal number without leading zeroes") }
    guard stanza.body.count == FileKeyWrap.bodySize else {
      throw .header(line: stanza.line, "the body of scrypt is 32 bytes long")
    }
    guard digits.count <= 2, let factor = Int(String(decoding: digits, as: UTF8.self)),
      Self.workFactors.contains(factor)
    else { throw .unsupported("a work factor of scrypt over \(Self.workFactors.upperBound)") }
    self.salt = salt
    workFactor = factor
    body = stanza.body
  }

  /// The file key; `nil` where the passphrase is another.
  func fileKey(_ passphrase: SecretBytes) throws(AgeError) -> SymmetricKey? {
    FileKeyWrap.open(body, with: try Self.wrapKey(passphrase, salt, workFactor))
  }

  /// The one stanza of a file for `passphrase`.
  static func wrap(
    _ fileKey: SymmetricKey, passphrase: SecretBytes, workFactor: Int
  ) throws(AgeError) -> AgeStanza {
    guard workFactors.contains(workFactor) else { throw .workFactor(workFactor) }
    var generator = SystemRandomNumberGenerator()
    let salt = (0..<saltSize).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    let key = try wrapKey(passphrase, salt, workFactor)
    return AgeStanza(
      arguments: [type, Base64.unpadded(salt), Array("\(workFactor)".utf8)],
      body: try FileKeyWrap.seal(fileKey, with: key))
  }

  private static func wrapKey(
    _ passphrase: SecretBytes, _ salt: [UInt8], _ workFactor: Int
  ) throws(AgeError) -> SymmetricKey {
    guard passphrase.count > 0 else { throw .emptyPassphrase }
    do {
      return try passphrase.withUnsafeBytes { passphrase in
        try KDF.Scrypt.deriveKey(
          from: passphrase, salt: label + salt, outputByteCount: 32, rounds: 1 << workFactor, blockSize: 8,
          parallelism: 1)
      }
    } catch {
      throw .cryptography("\(error)")
    }
  }
}
