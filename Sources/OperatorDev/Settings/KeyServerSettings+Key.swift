import Crypto

extension KeyServerSettings {
  /// The key that entitlements are signed with, as a DER SubjectPublicKeyInfo.
  func signingKeyDER() throws(OperatorError) -> [UInt8] {
    let bytes = try OperatorFile.contents(signingKey, limit: 1 << 16)
    guard let key = try? P256.Signing.PublicKey(pemRepresentation: String(decoding: bytes, as: UTF8.self)) else {
      throw .file(signingKey, "no P-256 public key in PEM")
    }
    return Array(key.derRepresentation)
  }
}
