/// When something that failed is tried again: full jitter, so that a thousand nodes that failed at once do not come back at once.
///
/// Source: "Exponential Backoff And Jitter", M. Brooker, AWS Architecture Blog, 2015.
public struct RetryPolicy: Sendable, Hashable {
  /// The window of the first wait.
  public var base: Duration
  /// The widest window, and the wait of what only a person can change.
  public var cap: Duration

  /// A policy; the window doubles with every failure in a row.
  public init(base: Duration = .seconds(1), cap: Duration = .seconds(300)) {
    self.base = base
    self.cap = cap
  }

  /// The window after `failures` in a row, one or more.
  public func window(after failures: Int) -> Duration {
    // Above 2^40 every window is the cap already.
    let factor = 1 << min(max(failures - 1, 0), 40)
    return base > cap / factor ? cap : base * factor
  }

  /// How long to wait after `failures` in a row, the last with `error`; `nil` where it was not OpenBao's.
  public func delay(
    after failures: Int, error: OpenBaoError?, using generator: inout some RandomNumberGenerator
  ) -> Duration {
    switch error?.retry ?? .later {
    // The first time at once; a server that wants a new login each time must not be hammered.
    case .now where failures <= 1: return .zero
    case .now, .later:
      return (error?.asked ?? .zero) + Self.random(upTo: window(after: failures), &generator)
    case .never: return cap / 2 + Self.random(upTo: cap / 2, &generator)
    }
  }

  private static func random(upTo window: Duration, _ generator: inout some RandomNumberGenerator) -> Duration {
    // 53 bits, all that a Double holds: from none of the window to almost all of it.
    window * (Double(generator.next() >> 11) / Double(1 << 53 as UInt64))
  }
}
