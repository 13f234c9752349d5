/// What a verifier found: a key, how it is held, and by which TPM.
public struct AttestedKey: Sendable, Hashable {
  /// The key and its grade.
  public var key: SeatState.PinnedKey
  /// SHA-256 of the endorsement key's TPM2B_PUBLIC; empty with a file key.
  public var endorsementKey: [UInt8]
  /// SHA-256 of the attestation key's TPM2B_PUBLIC; empty with a file key.
  public var attestationKey: [UInt8]
  /// The clock in what the attestation key signed; `nil` with a file key.
  public var clock: TPMClock?

  /// A key that was attested.
  public init(
    key: SeatState.PinnedKey, endorsementKey: [UInt8] = [], attestationKey: [UInt8] = [], clock: TPMClock? = nil
  ) {
    self.key = key
    self.endorsementKey = endorsementKey
    self.attestationKey = attestationKey
    self.clock = clock
  }
}

/// What a person at the operator has consented to for one node, for as long as the consent stands.
public struct SeatConsent: OptionSet, Sendable, Hashable {
  /// The bits.
  public let rawValue: Int
  /// The node's keys may be held less well than before.
  public static let lowerAssurance = SeatConsent(rawValue: 1)
  /// The node may come with another TPM.
  public static let otherEndorsementKey = SeatConsent(rawValue: 2)

  /// A set of consents.
  public init(rawValue: Int) { self.rawValue = rawValue }
}

/// Why a seat's holder is in doubt.
public enum SeatDoubt: Sendable, Hashable {
  /// The ratchet value was not the last one.
  case ratchet(Ratchet.Verdict)
  /// The TPM's clock went backwards.
  case clockBehind
  /// A key in a file that was never attested before, while the seat's holder lives.
  case unknownFileKey

  /// What is wrong, as a clause.
  public var words: String {
    switch self {
    case .ratchet(let verdict): verdict.words
    case .clockBehind: "the TPM's clock went backwards"
    case .unknownFileKey: "its key is in a file, and was never seen before"
    }
  }
}

extension SeatState {
  /// Takes what the verifier found. Throws where the seat may not be held that way; nothing has changed then.
  ///
  /// - Parameter asNext: The key is the one the node changes to (`AttestationOffer.next_key`): both are accepted from now on.
  /// - Returns: A doubt, where the TPM's clock is behind what it stated before; the key is pinned only where there is none.
  public mutating func attest(
    _ attested: AttestedKey, asNext: Bool, consent: SeatConsent = []
  ) throws(LicenseRefusal) -> SeatDoubt? {
    if attested.key.assurance.rawValue < key.assurance.rawValue, !consent.contains(.lowerAssurance) {
      throw .assuranceLowered(from: key.assurance, to: attested.key.assurance)
    }
    if !endorsementKey.isEmpty, !attested.endorsementKey.isEmpty, endorsementKey != attested.endorsementKey,
      !consent.contains(.otherEndorsementKey)
    {
      throw .endorsementKeyBound(node: nil)
    }
    // Another attestation key starts another count: TPM2_Clear sets clock and counters to zero and destroys the old one.
    if let clock = attested.clock, let tpmClock, attestationKey == attested.attestationKey, clock.isBehind(tpmClock) {
      return .clockBehind
    }
    pin(attested, asNext: asNext)
    return nil
  }

  /// Takes what the verifier found of the winner of a contest: the clock starts anew from what it said.
  public mutating func settle(_ attested: AttestedKey) { pin(attested, asNext: false) }

  private mutating func pin(_ attested: AttestedKey, asNext: Bool) {
    if asNext, !Ratchet.equal(attested.key.digest, key.digest) {
      nextKey = attested.key
    } else {
      // A grant is bound to its key, and says how that is held.
      if key != attested.key { grantDigest = [] }
      key = attested.key
      nextKey = nil
    }
    endorsementKey = attested.endorsementKey
    attestationKey = attested.attestationKey
    tpmClock = attested.clock
  }
}
