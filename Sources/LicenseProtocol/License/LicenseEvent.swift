/// What happens to a node's license. Each comes with the boot clock's time (`LicenseState.handle(_:at:)`).
public enum LicenseEvent: Sendable, Hashable {
  /// The agent dials the operator.
  case dialing
  /// The TLS session is up, the operator's name and chain are verified, Hello is sent.
  case opened
  /// The operator answered Hello.
  case welcomed(Lowlayer_Agent_V1_Welcome)
  /// The operator asks for the keys to be offered again.
  case attestationRequested(Lowlayer_Agent_V1_AttestationRequest)
  /// The operator sent a challenge.
  case challenged(Lowlayer_Agent_V1_Challenge)
  /// A Heartbeat of this sequence number was sent.
  case heartbeatSent(UInt64)
  /// A Heartbeat was answered.
  case leaseAcknowledged(Lowlayer_Agent_V1_LeaseAck)
  /// A grant came.
  case granted(Lowlayer_Agent_V1_LicenseGrant)
  /// The operator grants nothing.
  case refused(Lowlayer_Agent_V1_Refusal)
  /// The node lost its seat to another that claims it.
  case fenced(Lowlayer_Agent_V1_Fenced)
  /// The operator is going down.
  case draining(Lowlayer_Agent_V1_Drain)
  /// The session ended, or dialling failed; why, as words that end a sentence: "connection refused".
  case disconnected(String)
  /// SHA-256 of the SubjectPublicKeyInfo of each key that is this node's now: the current one, and the next while both hold.
  case keysChanged(Set<[UInt8]>)
  /// What the wall clock says; only displayed.
  case wallClock(ServerTime)
  /// Nothing but time passed. At least once a second.
  case tick
}

/// What the agent has to do after an event.
public enum LicenseAction: Sendable, Hashable {
  /// Save `LicenseState.memory` before anything else.
  case save
  /// Send a Heartbeat now, without waiting for the interval.
  case heartbeat
  /// End the session and dial again.
  case reconnect(Reconnection)
}

/// Why, and when, an agent leaves a session to dial again.
public struct Reconnection: Sendable, Hashable {
  /// Why.
  public enum Cause: String, Sendable, Hashable {
    /// Two LeaseAcks are missing.
    case missedLeaseAcks = "missed-lease-acks"
    /// Hello was not answered in the time of two heartbeats.
    case noWelcome = "no-welcome"
    /// The operator said that it goes down.
    case drain = "drain"
    /// The operator fenced this node.
    case fenced = "fenced"
    /// The operator refused and named a time to wait.
    case refused = "refused"
  }

  /// Why.
  public var cause: Cause
  /// Not before this long from now.
  public var delay: Duration
  /// Then at a random moment within this long; `nil` where the agent's own backoff decides.
  public var window: Duration?

  /// A reconnection.
  public init(_ cause: Cause, delay: Duration = .zero, window: Duration? = nil) {
    self.cause = cause
    self.delay = delay
    self.window = window
  }
}
