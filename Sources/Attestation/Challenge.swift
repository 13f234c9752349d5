import SecretMemory
public import TPMStructures

/// What a node is asked: a nonce to certify its TLS key with, and a secret that only the TPM with its endorsement key
/// reads, and only while its attestation key is loaded there (TPM2_MakeCredential).
public struct Challenge: Sendable {
  /// 32 random bytes, used once.
  public let nonce: [UInt8]
  /// The encrypted secret.
  public let credential: Credential
  /// Whom it is for.
  public let keys: ProvenKeys
  let secret: SecretBytes

  /// A fresh challenge for keys whose endorsement key is proven.
  public init(for keys: ProvenKeys) throws(AttestationRefusal) {
    do throws(SecretMemoryError) {
      secret = try SecretBytes.random(count: 32)
    } catch {
      throw .environment(error.description)
    }
    do throws(TPMStructureError) {
      credential = try Credential.make(
        secret, for: keys.evidence.endorsementKey, name: keys.evidence.attestationKey.name)
    } catch {
      throw .endorsementKey(error.description)
    }
    nonce = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
    self.keys = keys
  }
}
