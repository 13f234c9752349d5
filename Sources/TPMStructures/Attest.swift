/// What a TPM attests and an attestation key signs (TPMS_ATTEST). Source: TPM 2.0 part 2, 10.12.12.
///
/// Audit and NV-digest attestations are not read. That the bytes begin with `TPM_GENERATED_VALUE` means something only
/// with the signature of a *restricted* key over them.
public struct Attest: Sendable, Hashable {
  /// The qualified name of the signing key.
  public var qualifiedSigner: Name
  /// The caller's data, the nonce among them (at most 64 bytes).
  public var extraData: [UInt8]
  /// The TPM's clock and reset counters.
  public var clockInfo: ClockInfo
  /// The firmware's version, obfuscated by the TPM unless the endorsement hierarchy signs.
  public var firmwareVersion: UInt64
  /// What is attested.
  public var attested: Attested

  /// What is attested (TPMU_ATTEST).
  public enum Attested: Sendable, Hashable {
    /// TPM2_Quote: the selected PCRs and the hash of their values.
    case quote(PCRSelection, digest: [UInt8])
    /// TPM2_Certify: the name and the qualified name of the object that is loaded.
    case certify(Name, qualifiedName: Name)
    /// TPM2_CertifyCreation: the object's name and the hash of its creation data.
    case creation(Name, creationHash: [UInt8])
    /// TPM2_NV_Certify: the index's name, and its contents from an offset.
    case nv(Name, offset: UInt16, contents: [UInt8])
    /// TPM2_GetTime: milliseconds since the TPM's power came, the clock, the firmware's version.
    case time(UInt64, ClockInfo, firmwareVersion: UInt64)
  }

  /// The TPM's clock (TPMS_CLOCK_INFO). Source: part 2, 10.11.1.
  public struct ClockInfo: Sendable, Hashable {
    /// Milliseconds that the TPM has been powered, over all its life.
    public var clock: UInt64
    /// TPM resets since the owner was last cleared.
    public var resetCount: UInt32
    /// Restarts and resumes since the last reset.
    public var restartCount: UInt32
    /// Whether no higher clock value was ever reported.
    public var safe: Bool

    /// A clock.
    public init(clock: UInt64, resetCount: UInt32, restartCount: UInt32, safe: Bool) {
      self.clock = clock
      self.resetCount = resetCount
      self.restartCount = restartCount
      self.safe = safe
    }
  }

  /// `TPM_GENERATED_VALUE`, 0xFF and `TCG`: no structure from outside that a restricted key signs may begin with it.
  public static let magic: UInt32 = 0xFF54_4347

  /// An attestation.
  public init(
    qualifiedSigner: Name, extraData: [UInt8], clockInfo: ClockInfo, firmwareVersion: UInt64, attested: Attested
  ) {
    self.qualifiedSigner = qualifiedSigner
    self.extraData = extraData
    self.clockInfo = clockInfo
    self.firmwareVersion = firmwareVersion
    self.attested = attested
  }
}
