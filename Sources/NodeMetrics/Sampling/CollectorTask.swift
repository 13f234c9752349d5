import HostFS

/// A collector, run where waiting harms nobody. Its members obey ``RelayTask``'s rule: they are the caller's, or the sacrificed thread's, never
/// both's.
final class CollectorTask<C: Collector>: RelayTask, @unchecked Sendable {
  private var collector: C
  private let now: @Sendable () -> UInt64
  /// As of the last run; guarded as the superclass says.
  private(set) var outcome: Outcome<C.Reading> = .unavailable(.notCollected)

  init(_ collector: C, now: @escaping @Sendable () -> UInt64) {
    self.collector = collector
    self.now = now
  }

  override var name: String { C.name }

  override func perform(_ root: HostRoot) {
    do throws(CollectionError) {
      outcome = .measured(try collector.collect(root), at: now())
    } catch {
      switch error {
      case .unavailable(let unavailability): outcome = .unavailable(unavailability)
      case .failed(let fault): outcome = .failed(fault)
      }
    }
  }

  /// What the run made of it, which `verdict` is about.
  func outcome(_ verdict: Relay.Verdict) -> Outcome<C.Reading> {
    switch verdict {
    case .finished: outcome
    case .overdue(let nanoseconds): .failed(.overdue(nanoseconds: nanoseconds))
    case .notTried: .failed(.notTried)
    }
  }

  override func result(_ verdict: Relay.Verdict) -> CollectorRun.Result {
    switch outcome(verdict) {
    case .measured: .measured
    case .unavailable(let unavailability): .unavailable(unavailability)
    case .failed(let fault): .failed(fault)
    }
  }
}
