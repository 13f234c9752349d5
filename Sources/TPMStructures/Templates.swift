public import Crypto

extension PublicArea {
  /// The storage root key that this project creates where a TPM has none: ECC P-256, AES-128-CFB, SHA-256, without
  /// dictionary-attack protection. Source: TCG TPM v2.0 Provisioning Guidance 7.5.1; the unique part is empty, as
  /// tpm2_createprimary(1) and systemd leave it.
  public static let eccStorageRootKey = PublicArea(
    attributes: [
      .fixedTPM, .fixedParent, .sensitiveDataOrigin, .userWithAuth, .noDA, .restricted, .decrypt,
    ],
    .ecc(ECCParameters(symmetric: .aes128CFB, curve: .p256), ECCPoint(x: [], y: [])))

  /// The ECC P-256 endorsement key of template L-2. Source: TCG EK Credential Profile 2.5, B.3.4.
  public static let eccEndorsementKey = PublicArea(
    attributes: endorsementKeyAttributes, authPolicy: endorsementKeyPolicy,
    .ecc(ECCParameters(symmetric: .aes128CFB, curve: .p256), ECCPoint(x: zeros(32), y: zeros(32))))

  /// The RSA-2048 endorsement key of template L-1. Source: TCG EK Credential Profile 2.5, B.3.3.
  public static let rsaEndorsementKey = PublicArea(
    attributes: endorsementKeyAttributes, authPolicy: endorsementKeyPolicy,
    .rsa(RSAParameters(symmetric: .aes128CFB, keyBits: 2048), modulus: zeros(256)))

  /// Sealed data, not subject to dictionary-attack lockout, with an empty unique part.
  ///
  /// - Parameters:
  ///   - authPolicy: the SHA-256 digest of the policy that unseals it; empty for none.
  ///   - fixed: bound to its TPM and parent, as everything sealed by a TPM is; `false` for a ``Duplication``.
  ///   - userWithAuth: whether its authorization value alone unseals it.
  public static func sealedObject(authPolicy: [UInt8], fixed: Bool, userWithAuth: Bool) -> PublicArea {
    var attributes: ObjectAttributes = [.noDA]
    if fixed { attributes.formUnion([.fixedTPM, .fixedParent]) }
    if userWithAuth { attributes.insert(.userWithAuth) }
    return PublicArea(attributes: attributes, authPolicy: authPolicy, .keyedHash(nil, unique: []))
  }

  /// A P-256 key that verifies ECDSA signatures with SHA-256 and does nothing else, for TPM2_LoadExternal. Its name is
  /// what PolicyAuthorize names.
  public static func releaseKey(_ key: P256.Signing.PublicKey) -> PublicArea {
    let raw = [UInt8](key.rawRepresentation)
    return PublicArea(
      attributes: [.userWithAuth, .signEncrypt],
      .ecc(
        ECCParameters(scheme: .ecdsaSHA256, curve: .p256), ECCPoint(x: Array(raw[..<32]), y: Array(raw[32...]))))
  }

  private static let endorsementKeyAttributes: ObjectAttributes = [
    .fixedTPM, .fixedParent, .sensitiveDataOrigin, .adminWithPolicy, .restricted, .decrypt,
  ]

  // PolicyA of the profile: PolicySecret with the endorsement hierarchy.
  private static let endorsementKeyPolicy: [UInt8] = {
    var policy = PolicyDigest()
    policy.policySecret(Name(handle: 0x4000_000B))
    return policy.bytes
  }()

  private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
}
