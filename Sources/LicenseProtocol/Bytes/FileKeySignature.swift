public import Crypto

/// Proof that a node holds the file key it offers: `ChallengeReply.key_signature`.
///
/// ECDSA P-256 with SHA-256 over the 32 bytes of the qualifying data, DER.
public enum FileKeySignature {
  /// Signs the answer to a Challenge.
  public static func sign(_ data: QualifyingData, with key: P256.Signing.PrivateKey) throws(SignatureError) -> [UInt8] {
    do { return Array(try key.signature(for: data.bytes).derRepresentation) } catch { throw .notSigned }
  }

  /// Verifies the answer; `key` is `FileKey.tls_key`, DER SubjectPublicKeyInfo.
  public static func verify(
    _ signature: some Collection<UInt8>, over data: QualifyingData, key: some Collection<UInt8>
  ) throws(SignatureError) {
    try SignedBytes.verify(signature, over: data.bytes, key: try SignedBytes.publicKey(key))
  }
}
