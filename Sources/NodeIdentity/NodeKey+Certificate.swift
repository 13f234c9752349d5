public import FoundationEssentials
public import SwiftASN1
public import X509

extension NodeKey: CustomPrivateKey {
  /// Never written: the key cannot leave the TPM.
  public static var defaultPEMDiscriminator: String { "TSS2 PRIVATE KEY" }

  /// Always throws: ``IdentityStore`` writes what there is to write.
  public func serialize(into coder: inout DER.Serializer) throws {
    throw NodeIdentityError.cryptography("the node's key is not exported")
  }

  /// The public key.
  public var publicKey: Certificate.PublicKey { Certificate.PublicKey(p256) }

  /// ECDSA with SHA-256.
  public var defaultSignatureAlgorithm: Certificate.SignatureAlgorithm { .ecdsaWithSHA256 }

  /// ECDSA with SHA-256.
  public var supportedSignatureAlgorithms: [Certificate.SignatureAlgorithm] { [.ecdsaWithSHA256] }

  /// Always throws: a TPM takes its time.
  public func signSynchronously(
    bytes: some DataProtocol, signatureAlgorithm: Certificate.SignatureAlgorithm
  ) throws -> Certificate.Signature {
    throw NodeIdentityError.cryptography("the node's key signs asynchronously only")
  }

  /// Signs a certificate request.
  public func signAsynchronously(
    bytes: some DataProtocol & Sendable, signatureAlgorithm: Certificate.SignatureAlgorithm
  ) async throws -> Certificate.Signature {
    guard signatureAlgorithm == .ecdsaWithSHA256 else {
      throw NodeIdentityError.cryptography("the node's key does not sign by \(signatureAlgorithm)")
    }
    let der = try await signature(for: Array(bytes))
    return try Certificate.Signature(
      signatureAlgorithm: signatureAlgorithm, signatureBytes: ASN1BitString(bytes: der[...]))
  }
}
