/// The moment until which a conversation may last, on the clock that suspends with nothing.
struct BusDeadline {
  private let end: ContinuousClock.Instant

  init(in duration: Duration) { end = .now + duration }

  /// What is left, in microseconds; never zero, which sd-bus takes for its own default of 25 seconds.
  func remaining(for step: String) throws(SystemdError) -> UInt64 {
    let left = ContinuousClock.now.duration(to: end)
    guard left > .zero else { throw .deadlineExceeded(step) }
    let (seconds, attoseconds) = left.components
    return max(1, UInt64(seconds) * 1_000_000 + UInt64(attoseconds / 1_000_000_000_000))
  }
}
