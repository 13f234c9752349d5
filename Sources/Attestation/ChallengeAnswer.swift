public import TPMStructures

/// What a node answers to a ``Challenge``.
public struct ChallengeAnswer: Sendable, Hashable {
  /// What TPM2_ActivateCredential released.
  public var activatedSecret: [UInt8]
  /// What the attestation key signed: TPMS_ATTEST of TPM2_Certify, byte for byte.
  public var certifyInfo: [UInt8]
  /// The attestation key's signature: TPMT_SIGNATURE.
  public var certifySignature: [UInt8]

  /// An answer as it travels.
  public init(activatedSecret: [UInt8], certifyInfo: [UInt8], certifySignature: [UInt8]) {
    self.activatedSecret = activatedSecret
    self.certifyInfo = certifyInfo
    self.certifySignature = certifySignature
  }
}

/// What a good answer proves.
public struct AttestedKey: Sendable, Hashable {
  /// How well the key is held.
  public let assurance: Assurance
  /// What the TPM calls its endorsement key: bound to one node, which whoever keeps the seats sees to.
  public let endorsementKeyName: Name
  /// What the TPM calls its attestation key.
  public let attestationKeyName: Name
  /// The TLS key's SubjectPublicKeyInfo in DER: what is pinned, and hashed into grants.
  public let tlsKey: [UInt8]
  /// The TPM's clock and its reset and restart counts when it certified, as they are: the attestation key is in the
  /// endorsement hierarchy, for which a TPM does not obfuscate them.
  public let clockInfo: Attest.ClockInfo
  /// The TPM firmware's version, not obfuscated either.
  public let firmwareVersion: UInt64
}
