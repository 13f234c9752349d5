/// What has to hold for a node to be licensed, in the order in which it is checked.
public enum LicenseCheck: String, Sendable, Hashable, CaseIterable {
  /// The operator is reached, and its certificate and name are right.
  case connection
  /// Both ends speak one version, and understand what the other requires.
  case protocolVersion = "protocol"
  /// The node is who it says: token or certificate, organisation, nothing revoked.
  case identity
  /// The node's keys are held as it says, and by no other.
  case attestation
  /// The organisation is allowed to run nodes now.
  case entitlement
  /// There is a seat for this node, and nobody else on it.
  case seat
  /// The operator's grant is genuine, for this node, and has not run out.
  case grant
  /// The operator heard of this node within the lease.
  case lease

  /// How a check stands.
  public enum Outcome: String, Sendable, Hashable {
    /// It holds.
    case passed
    /// It does not: this is what to look at.
    case failed
    /// It is being decided.
    case pending
    /// A check before it has not passed.
    case notReached = "not-reached"
  }
}

extension Lowlayer_Agent_V1_Reason {
  /// The check that a refusal or fence of this reason is about.
  public var check: LicenseCheck {
    switch self {
    case .unspecified, .UNRECOGNIZED, .unavailable: .connection
    case .protocolVersion, .requiredFeature, .malformed: .protocolVersion
    case .identity, .organisationUnknown, .certificateRevoked: .identity
    case .attestation, .assuranceLowered, .endorsementKeyBound: .attestation
    case .noEntitlement, .nativeMode: .entitlement
    case .noSeat, .clone, .replaced: .seat
    }
  }
}

extension LicenseStanding {
  /// The check that decides this standing, and how it stands; `nil` where all passed.
  var decisive: (check: LicenseCheck, outcome: LicenseCheck.Outcome)? {
    switch self {
    case .licensed: nil
    case .disconnected: (.connection, .failed)
    case .connecting: (.connection, .pending)
    case .attesting: (.attestation, .pending)
    case .awaitingGrant: (.seat, .pending)
    case .awaitingLease: (.lease, .pending)
    case .leaseLost: (.lease, .failed)
    case .expired, .grantRefused: (.grant, .failed)
    case .refused(let refusal): (refusal.reason.check, .failed)
    case .fenced(let fenced): (fenced.reason.check, .failed)
    }
  }
}
