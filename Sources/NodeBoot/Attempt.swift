/// The failures of one thing so far and when to try again: after 2, 4, 8 … seconds, at most a minute.
struct Attempt: Sendable, Hashable {
  private(set) var failures = 0
  private(set) var fault = ""
  private var next: ContinuousClock.Instant?

  /// Whether it may be tried at `moment`.
  func isDue(at moment: ContinuousClock.Instant) -> Bool { next.map { moment >= $0 } ?? true }

  /// Remembers a failure at `moment`; `first` is the pause after the first one.
  mutating func fail(_ fault: AddOnFault, at moment: ContinuousClock.Instant, first: Duration) {
    self.fault = fault.message
    guard !fault.isOthersWork else { return }
    let pause = min(first * (1 << min(failures, 16)), max(first, .seconds(60)))
    failures += 1
    next = moment + pause
  }
}
