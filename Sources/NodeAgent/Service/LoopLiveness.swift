import Synchronization
public import SystemdRuntime

/// Whether the agent's loop turns: it says so itself, and whoever asks gets the time since.
public final class LoopLiveness: Sendable {
  private let last: Atomic<UInt64>
  private let limit: Duration
  private let now: @Sendable () -> UInt64

  /// A loop that turns now, and is thought to hang after that long without a word of it.
  /// - Parameter now: a clock that only goes forward, and not while the machine sleeps, in microseconds.
  public init(
    limit: Duration, now: @escaping @Sendable () -> UInt64 = { ServiceNotification.monotonicMicroseconds }
  ) {
    self.limit = limit
    self.now = now
    last = Atomic(now())
  }

  /// The loop has come round.
  public func beat() { last.store(now(), ordering: .relaxed) }

  /// Why the loop is thought to hang, on one line; `nil` while it turns.
  public var fault: String? {
    let now = now()
    let last = last.load(ordering: .relaxed)
    let silence = Duration.microseconds(Int64(clamping: now > last ? now - last : 0))
    if silence <= limit { return nil }
    return "the agent's loop has not come round for \(silence.components.seconds) s"
  }
}
