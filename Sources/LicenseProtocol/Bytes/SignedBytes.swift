import Crypto

/// Why a signature is not believed.
public enum SignatureError: Error, Sendable, Hashable {
  /// The public key is no DER SubjectPublicKeyInfo of a P-256 key.
  case unreadableKey
  /// The signature is no DER ECDSA-Sig-Value.
  case unreadableSignature
  /// The signature is another key's, or over other bytes.
  case mismatch
  /// What was signed is no such message.
  case unreadableMessage
  /// The key refused to sign.
  case notSigned
}

/// ECDSA P-256 with SHA-256 as the protocol's messages carry it: DER keys, DER signatures.
enum SignedBytes {
  static func publicKey(_ der: some Collection<UInt8>) throws(SignatureError) -> P256.Signing.PublicKey {
    do { return try P256.Signing.PublicKey(derRepresentation: Array(der)) } catch { throw .unreadableKey }
  }

  static func verify(
    _ signature: some Collection<UInt8>, over bytes: [UInt8], key: P256.Signing.PublicKey
  ) throws(SignatureError) {
    let value: P256.Signing.ECDSASignature
    do { value = try .init(derRepresentation: Array(signature)) } catch { throw .unreadableSignature }
    guard key.isValidSignature(value, for: bytes) else { throw .mismatch }
  }
}
