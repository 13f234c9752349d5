/// A node's license at one moment, as people and programs are shown it. The words are made of this and of nothing else, so
/// that `status`, `explain`, `/readyz`, metrics and logs agree.
public struct LicenseStatus: Sendable, Hashable {
  /// How the session with the operator stands.
  public enum Connection: String, Sendable, Hashable {
    /// No session, and nobody is dialling.
    case disconnected
    /// Dialling, or Hello is not answered.
    case connecting
    /// The operator welcomed this node.
    case connected
  }

  /// The node's name.
  public var nodeName: String
  /// Licensed, or why not.
  public var standing: LicenseStanding
  /// How long the standing has been this; from the agent's start at the earliest.
  public var age: Duration
  /// Since when, by the operator's clock; `nil` where the operator's time was never heard.
  public var since: ServerTime?
  /// How the session stands.
  public var connection: Connection
  /// How long it has.
  public var connectionAge: Duration
  /// Why the last session ended or dialling failed; `nil` once a session is up again.
  public var disconnection: String?
  /// The grant that is held.
  public var grant: Lowlayer_Agent_V1_Grant?
  /// How long until its not-after; zero when it passed. `nil` without a grant.
  public var grantRemaining: Duration?
  /// How long the lease lives without another LeaseAck; zero when it expired. `nil` when none was acknowledged yet.
  public var leaseRemaining: Duration?
  /// How long the operator goes on granting while its key server is unreachable; `nil` outside of grace.
  public var graceRemaining: Duration?
  /// Why the operator's last grant was not believed; `nil` where it was.
  public var grantFault: GrantFault?
  /// The operator's refusal in this session, or the one that ended the last.
  public var refusal: Lowlayer_Agent_V1_Refusal?
  /// How far the wall clock is ahead of the operator's; `nil` where either is not known.
  public var clockSkew: Duration?

  /// Whether the node is licensed.
  public var isLicensed: Bool { standing.isLicensed }

  /// Every check in its order. The connection is judged by itself: a node stays licensed for a while without one.
  public var checks: [(check: LicenseCheck, outcome: LicenseCheck.Outcome)] {
    let decisive = standing.decisive
    var outcome = LicenseCheck.Outcome.passed
    return LicenseCheck.allCases.map { check in
      if check == decisive?.check {
        outcome = .notReached
        return (check, decisive?.outcome ?? .passed)
      }
      if check == .connection { return (check, connectionOutcome) }
      return (check, outcome)
    }
  }

  /// The check that failed; `nil` where none did.
  public var failedCheck: LicenseCheck? { standing.decisive.flatMap { $0.outcome == .failed ? $0.check : nil } }

  private var connectionOutcome: LicenseCheck.Outcome {
    switch connection {
    case .connected: .passed
    case .connecting: .pending
    case .disconnected: .failed
    }
  }
}

extension LicenseState {
  /// What to show of the license at `now`.
  public func status(at now: BootTime) -> LicenseStatus {
    func left(_ end: BootTime) -> Duration { max(end - now, .zero) }
    var status = LicenseStatus(
      nodeName: nodeName, standing: standing(at: now), age: max(now - since(at: now), .zero), since: nil,
      connection: .disconnected, connectionAge: max(now - phaseSince, .zero), disconnection: disconnection,
      grant: held?.grant, grantRemaining: nil, leaseRemaining: leaseEnd.map(left), graceRemaining: nil,
      grantFault: grantFault, refusal: refusal, clockSkew: nil)
    switch phase {
    case .disconnected: break
    case .dialing, .opened: status.connection = .connecting
    case .welcomed: status.connection = .connected
    }
    guard let clock else { return status }
    status.since = clock.time(at: now) + (.zero - status.age)
    status.grantRemaining = held.map { max($0.notAfter - clock.time(at: now), .zero) }
    if let grant = held?.grant, grant.entitlement == .grace {
      status.graceRemaining = max(ServerTime(nanoseconds: grant.graceUntilNs) - clock.time(at: now), .zero)
    }
    status.clockSkew = wallClock.map { $0.time - clock.time(at: $0.read) }
    return status
  }
}
