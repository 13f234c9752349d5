/// Looks at a ``ReadinessCheck`` until everything is ready. It has no deadline: that is the unit's to set.
public struct ReadinessWatch: Sendable {
  /// What there is to tell.
  public enum Event: Sendable, Hashable {
    /// Something is missing, and it is not what was missing before.
    case missing([ReadinessStatus], waited: Duration)
    /// The same things are still missing.
    case stillMissing([ReadinessStatus], waited: Duration)
    /// Everything is ready.
    case ready([ReadinessStatus], waited: Duration)
  }

  /// The time between two looks.
  public var interval: Duration
  /// After how much silence it is told again that something is missing.
  public var reminder: Duration

  /// Looks every second and reminds every half minute unless told otherwise.
  public init(interval: Duration = .seconds(1), reminder: Duration = .seconds(30)) {
    self.interval = interval
    self.reminder = reminder
  }

  /// Returns once everything is ready, or when the task is cancelled (then without a last ``Event/ready(_:waited:)``).
  public func run(
    _ check: inout some ReadinessCheck, clock: some Clock<Duration> = ContinuousClock(), tell: (Event) -> Void
  ) async {
    let start = clock.now
    var known: [ReadinessStatus] = []
    var told = start
    while !Task.isCancelled {
      let statuses = await check.check()
      let now = clock.now
      let waited = start.duration(to: now)
      if statuses.allSatisfy(\.isReady) { return tell(.ready(statuses, waited: waited)) }
      if statuses != known {
        tell(.missing(statuses, waited: waited))
        known = statuses
        told = now
      } else if told.duration(to: now) >= reminder {
        tell(.stillMissing(statuses, waited: waited))
        told = now
      }
      do {
        try await clock.sleep(for: interval)
      } catch {
        // Only cancellation ends a sleep early.
        return
      }
    }
  }
}
