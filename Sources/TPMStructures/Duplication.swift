import Crypto
public import SecretMemory

/// Sealed data made for another TPM without one at hand: what TPM2_Duplicate, without an inner wrapper, would give for
/// a storage key of that TPM. TPM2_Import makes it an object there. Sources: TPM 2.0 part 1, 23.3; part 3, 13.1 and
/// 13.3.
public struct Duplication: Sendable, Hashable {
  /// The sealed object's public area.
  public let publicArea: PublicArea
  /// The encrypted sensitive area: TPM2B_PRIVATE with its size.
  public let duplicate: [UInt8]
  /// What the new parent finds the encryption's seed from: TPM2B_ENCRYPTED_SECRET with its size.
  public let encryptedSeed: [UInt8]

  /// The object's public area as TPM2B_PUBLIC with its size.
  public var objectPublic: [UInt8] { publicArea.sizedWire }

  /// Seals `secret` (at most 128 bytes) as an object like `template` for the storage key `parent` (ECC P-256 or RSA).
  ///
  /// The template is a keyed-hash object without `fixedTPM` and `fixedParent`
  /// (``PublicArea/sealedObject(authPolicy:fixed:userWithAuth:)``); its unique part is replaced. `authValue` is the
  /// object's authorization value, at most as long as the name algorithm's digest.
  public init(
    sealing secret: SecretBytes, authValue: SecretBytes? = nil, as template: PublicArea, for parent: PublicArea
  ) throws(TPMStructureError) {
    try self.init(
      sealing: secret, authValue: authValue, as: template, for: parent, seed: SharedSeed(for: parent, .duplicate),
      obfuscation: SecretBytes.lockedRandom(count: template.nameAlgorithm?.digestSize ?? 0))
  }

  init(
    sealing secret: SecretBytes, authValue: SecretBytes?, as template: PublicArea, for parent: PublicArea,
    seed: SharedSeed, obfuscation: SecretBytes
  ) throws(TPMStructureError) {
    guard case .keyedHash(nil, _) = template.content, let hash = template.nameAlgorithm else {
      throw TPMStructureError.key("sealed data are a keyed-hash object without a scheme and with a name")
    }
    guard template.attributes.isDisjoint(with: [.fixedTPM, .fixedParent, .encryptedDuplication]) else {
      throw TPMStructureError.key("an object for another TPM is neither fixed nor wrapped twice")
    }
    let authorization = if let authValue { authValue } else { try SecretBytes.locked(count: 0) { _ in } }
    guard authorization.count <= hash.digestSize else {
      throw TPMStructureError.size(authorization.count, limit: hash.digestSize)
    }
    let sensitive = try SensitiveArea(sealing: secret, authValue: authorization, seedValue: obfuscation)
    var area = template
    area.content = .keyedHash(nil, unique: sensitive.unique(hash))
    var writer = WireWriter()
    writer.sized(
      try OuterWrap.wrap(try sensitive.sizedWire(), seed: seed.key, for: parent, binding: area.name))
    publicArea = area
    duplicate = writer.bytes
    encryptedSeed = seed.encrypted
  }
}
