import BaseEncodings
import Crypto
import FoundationEssentials
import SecretMemory

/// The stanza of an X25519 recipient. Source: c2sp.org/age, "The X25519 recipient type".
struct X25519Stanza {
  /// The ephemeral public point.
  let share: [UInt8]
  /// The wrapped file key.
  let body: [UInt8]
  private let line: Int

  static let type = Array("X25519".utf8)
  private static let info = Array("age-encryption.org/v1/X25519".utf8)

  /// What `stanza` holds; `nil` where it is of another type.
  init?(_ stanza: AgeStanza) throws(AgeError) {
    guard stanza.type == Self.type else { return nil }
    guard stanza.arguments.count == 2, let share = Base64.bytes(unpadded: stanza.arguments[1]),
      share.count == AgeRecipient.pointSize
    else { throw .header(line: stanza.line, "X25519 has one argument, 32 bytes in canonical base64") }
    guard stanza.body.count == FileKeyWrap.bodySize else {
      throw .header(line: stanza.line, "the body of X25519 is 32 bytes long")
    }
    self.share = share
    body = stanza.body
    line = stanza.line
  }

  /// The file key; `nil` where it is wrapped for another. A share of low order is an error.
  func fileKey(_ identity: SecretBytes) throws(AgeError) -> SymmetricKey? {
    guard let secret = identity.withUnsafeBytes({ try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: $0) })
    else { throw .notAnIdentity }
    let key = Self.wrapKey(
      secret, with: share, share: share, recipient: Array(secret.publicKey.rawRepresentation))
    guard let key else { throw .header(line: line, "the share of X25519 is a point of low order") }
    return FileKeyWrap.open(body, with: key)
  }

  /// A stanza for the holder of `recipient`'s secret.
  static func wrap(_ fileKey: SymmetricKey, for recipient: [UInt8]) throws(AgeError) -> AgeStanza {
    let ephemeral = Curve25519.KeyAgreement.PrivateKey()
    let share = Array(ephemeral.publicKey.rawRepresentation)
    guard let key = wrapKey(ephemeral, with: recipient, share: share, recipient: recipient) else {
      throw .recipient("it is not a point of X25519, or one of low order")
    }
    return AgeStanza(
      arguments: [type, Base64.unpadded(share)], body: try FileKeyWrap.seal(fileKey, with: key))
  }

  /// `nil` where the shared secret is zero.
  private static func wrapKey(
    _ secret: Curve25519.KeyAgreement.PrivateKey, with point: [UInt8], share: [UInt8], recipient: [UInt8]
  ) -> SymmetricKey? {
    guard let point = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: point),
      let shared = try? secret.sharedSecretFromKeyAgreement(with: point),
      shared.withUnsafeBytes({ bytes in bytes.reduce(0) { $0 | $1 } }) != 0
    else { return nil }
    return shared.hkdfDerivedSymmetricKey(
      using: SHA256.self, salt: share + recipient, sharedInfo: info, outputByteCount: 32)
  }
}
