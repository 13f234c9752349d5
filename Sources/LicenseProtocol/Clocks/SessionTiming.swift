/// The protocol's lengths of time: what holds unless a Welcome says otherwise, and how far it may.
public struct SessionTiming: Sendable, Hashable {
  /// From one Heartbeat to the next.
  public var heartbeatInterval: Duration
  /// How long a lease lives without another Heartbeat.
  public var leaseDuration: Duration

  /// Heartbeat every 10 s, lease of 40 s.
  public static let standard = SessionTiming(heartbeatInterval: .seconds(10), leaseDuration: .seconds(40))

  /// How many LeaseAcks may be missing before the agent takes the session for dead.
  public static let missedAcknowledgements = 2

  /// How long a Challenge may be answered, from its sending.
  public static let challengeLifetime: Duration = .seconds(60)

  /// Where a Welcome's `heartbeat_interval_ms` has to lie; what is outside is taken as the nearest end.
  public static let heartbeatIntervals: ClosedRange<Duration> = .milliseconds(100) ... .seconds(300)

  /// Times as given.
  public init(heartbeatInterval: Duration, leaseDuration: Duration) {
    self.heartbeatInterval = heartbeatInterval
    self.leaseDuration = leaseDuration
  }

  /// What a Welcome says: a field of 0 means the standard, and a lease is never shorter than two heartbeats.
  public init(_ welcome: Lowlayer_Agent_V1_Welcome) {
    let standard = SessionTiming.standard
    let asked: Duration = .milliseconds(Int64(welcome.heartbeatIntervalMs))
    let range = SessionTiming.heartbeatIntervals
    heartbeatInterval =
      asked == .zero ? standard.heartbeatInterval : min(max(asked, range.lowerBound), range.upperBound)
    let lease: Duration = .milliseconds(Int64(welcome.leaseDurationMs))
    leaseDuration = max(lease == .zero ? standard.leaseDuration : lease, heartbeatInterval * 2)
  }

  /// How long after an unanswered Heartbeat the agent reconnects: by then two LeaseAcks are missing.
  public var silenceLimit: Duration { heartbeatInterval * SessionTiming.missedAcknowledgements }
}
