/// Whether a node is licensed, and if not, why not. `status`, `explain`, `/readyz`, metrics and logs all show this.
public enum LicenseStanding: Sendable, Hashable {
  /// There is no grant and no session, and nobody is dialling.
  case disconnected
  /// There is no grant; the operator is being dialled or has not answered Hello.
  case connecting
  /// There is no grant; the operator wants the node's keys attested.
  case attesting
  /// There is no grant; the session is up and the operator has not decided.
  case awaitingGrant
  /// A grant is held, and no lease was acknowledged since the agent's start.
  case awaitingLease
  /// A grant is held and the lease lives.
  case licensed
  /// A grant is held, and the lease expired: the operator has restored the taint and keeps the seat.
  case leaseLost
  /// The grant's not-after has passed.
  case expired
  /// The operator grants nothing.
  case refused(Lowlayer_Agent_V1_Refusal)
  /// Another holds this node's seat.
  case fenced(Lowlayer_Agent_V1_Fenced)
  /// What the operator granted is not to be believed.
  case grantRefused(GrantFault)

  /// The standing without what came with it; its raw value names it in metrics, logs and JSON.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// See `LicenseStanding.disconnected`.
    case disconnected
    /// See `LicenseStanding.connecting`.
    case connecting
    /// See `LicenseStanding.attesting`.
    case attesting
    /// See `LicenseStanding.awaitingGrant`.
    case awaitingGrant = "awaiting-grant"
    /// See `LicenseStanding.awaitingLease`.
    case awaitingLease = "awaiting-lease"
    /// See `LicenseStanding.licensed`.
    case licensed
    /// See `LicenseStanding.leaseLost`.
    case leaseLost = "lease-lost"
    /// See `LicenseStanding.expired`.
    case expired
    /// See `LicenseStanding.refused`.
    case refused
    /// See `LicenseStanding.fenced`.
    case fenced
    /// See `LicenseStanding.grantRefused`.
    case grantRefused = "grant-refused"
  }

  /// The standing's name.
  public var kind: Kind {
    switch self {
    case .disconnected: .disconnected
    case .connecting: .connecting
    case .attesting: .attesting
    case .awaitingGrant: .awaitingGrant
    case .awaitingLease: .awaitingLease
    case .licensed: .licensed
    case .leaseLost: .leaseLost
    case .expired: .expired
    case .refused: .refused
    case .fenced: .fenced
    case .grantRefused: .grantRefused
    }
  }

  /// Whether the node is licensed: a grant before its not-after, and a lease that lives.
  public var isLicensed: Bool { kind == .licensed }
}
