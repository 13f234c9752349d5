import Crypto
public import SecretMemory

/// A secret that only one TPM can read, and only while it holds one certain key: TPM2_MakeCredential in software. The
/// TPM's answer is TPM2_ActivateCredential. Sources: TPM 2.0 part 1, 24; part 3, 12.5 and 12.6.
public struct Credential: Sendable, Hashable {
  /// The encrypted secret: TPM2B_ID_OBJECT with its size.
  public let blob: [UInt8]
  /// What the endorsement key finds the encryption's seed from: TPM2B_ENCRYPTED_SECRET with its size.
  public let encryptedSeed: [UInt8]

  /// A credential as it arrived: what the TPM makes of it shows whether it is one.
  public init(blob: [UInt8], encryptedSeed: [UInt8]) {
    self.blob = blob
    self.encryptedSeed = encryptedSeed
  }

  /// Encrypts `secret` (at most the digest of the key's name algorithm) for the TPM with that endorsement key (ECC
  /// P-256 or RSA), readable only where an object with that name is loaded.
  public static func make(
    _ secret: SecretBytes, for endorsementKey: PublicArea, name: Name
  ) throws(TPMStructureError) -> Credential {
    try make(secret, for: endorsementKey, name: name, seed: SharedSeed(for: endorsementKey, .identity))
  }

  static func make(
    _ secret: SecretBytes, for endorsementKey: PublicArea, name: Name, seed: SharedSeed
  ) throws(TPMStructureError) -> Credential {
    let limit = try endorsementKey.storage().nameAlgorithm.digestSize
    guard secret.count <= limit else { throw TPMStructureError.size(secret.count, limit: limit) }
    let inner = try SecretBytes.locked(count: 2 + secret.count) { buffer in
      buffer[1] = UInt8(truncatingIfNeeded: secret.count)
      secret.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[2...]).copyMemory(from: $0) }
    }
    var writer = WireWriter()
    writer.sized(try OuterWrap.wrap(inner, seed: seed.key, for: endorsementKey, binding: name))
    return Credential(blob: writer.bytes, encryptedSeed: seed.encrypted)
  }
}
