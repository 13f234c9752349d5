/// How often a transient failure is tried again, and after which pauses.
public struct RetryPolicy: Sendable, Hashable {
  /// How many attempts there are in all, at least one.
  public var attempts: Int
  /// The pause before the second attempt; each further one is twice as long.
  public var firstDelay: Duration
  /// The longest pause of our own choosing.
  public var maximumDelay: Duration
  /// The longest `Retry-After` (RFC 9110, section 10.2.3) that is waited for; a server that wants more is given up at once.
  public var longestRetryAfter: Duration

  /// Five attempts, pauses of 0.5, 1, 2 and 4 seconds, and up to two minutes where the server asks for it.
  public init(
    attempts: Int = 5, firstDelay: Duration = .milliseconds(500), maximumDelay: Duration = .seconds(30),
    longestRetryAfter: Duration = .seconds(120)
  ) {
    self.attempts = max(1, attempts)
    self.firstDelay = firstDelay
    self.maximumDelay = maximumDelay
    self.longestRetryAfter = longestRetryAfter
  }

  /// A single attempt.
  public static let once = RetryPolicy(attempts: 1)

  /// The pause after the failed attempt number `attempt` (from 1); `nil` where there is no further one.
  ///
  /// - Parameter jitter: 0 to 1; up to half of our own pause is taken off by it, so that a fleet does not come back as one.
  public func delay(after attempt: Int, retryAfter: Duration?, jitter: Double) -> Duration? {
    guard attempt < attempts else { return nil }
    if let retryAfter { return retryAfter <= longestRetryAfter ? retryAfter : nil }
    var delay = firstDelay
    for _ in 1..<max(attempt, 1) where delay < maximumDelay { delay *= 2 }
    return min(delay, maximumDelay) * (1 - jitter / 2)
  }
}
