/// A moment by the operator's clock, counted since 1970 in UTC without leap seconds, as the protocol's `…_ns` fields carry it.
///
/// It is a length and not an `Int64`, so that no value from the wire can overflow an addition.
public struct ServerTime: Sendable, Hashable, Comparable {
  /// How long after 1970-01-01T00:00:00Z.
  public var since1970: Duration

  /// The moment `since1970` after 1970.
  public init(since1970: Duration) { self.since1970 = since1970 }

  /// What a field of nanoseconds since 1970 says.
  public init(nanoseconds: Int64) { self.init(since1970: .nanoseconds(nanoseconds)) }

  /// Nanoseconds since 1970, the nearest that 64 bits can say.
  public var nanoseconds: Int64 { since1970.wholeNanoseconds }

  /// Whole seconds since 1970, rounded down.
  public var seconds: Int64 { since1970 < .zero && fraction != 0 ? whole - 1 : whole }

  private var whole: Int64 { since1970.components.seconds }
  private var fraction: Int64 { since1970.components.attoseconds }

  /// Whether `a` is earlier than `b`.
  public static func < (a: ServerTime, b: ServerTime) -> Bool { a.since1970 < b.since1970 }

  /// The moment `length` later.
  public static func + (time: ServerTime, length: Duration) -> ServerTime {
    ServerTime(since1970: time.since1970 + length)
  }

  /// How long from `b` to `a`; negative where `a` is earlier.
  public static func - (a: ServerTime, b: ServerTime) -> Duration { a.since1970 - b.since1970 }
}

extension Duration {
  /// Nanoseconds, rounded towards zero, the nearest that 64 bits can say.
  public var wholeNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carried) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
    return overflow || carried ? (seconds < 0 ? .min : .max) : sum
  }

  /// Milliseconds as the protocol's `…_ms` fields carry them: not negative, rounded down, at most 2³² − 1 (49 days).
  public var wholeMilliseconds: UInt32 {
    let (seconds, attoseconds) = components
    guard self > .zero else { return 0 }
    guard seconds < 4_294_967 else { return .max }
    return UInt32(seconds * 1000 + attoseconds / 1_000_000_000_000_000)
  }
}
