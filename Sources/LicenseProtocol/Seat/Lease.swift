/// A seat's lease by the operator's own boot clock. It is not saved: an operator that starts gives each seat with a grant a new
/// one, and judges nobody for the length of one lease.
public struct Lease: Sendable, Hashable {
  /// When it expires, unless it is renewed.
  public private(set) var end: BootTime

  /// The lease of a seat that is granted at `now`, or has a grant when the operator starts at `now`.
  public init(at now: BootTime, duration: Duration, grantRemaining: Duration) {
    end = now + max(min(duration, grantRemaining), .zero)
  }

  /// Renews for a Heartbeat that was heard at `now`. It is never made shorter, and never reaches past the grant's not-after.
  public mutating func renew(at now: BootTime, duration: Duration, grantRemaining: Duration) {
    end = max(end, now + max(min(duration, grantRemaining), .zero))
  }

  /// Ends it now: the one who held it was fenced.
  public mutating func revoke(at now: BootTime) { end = min(end, now) }

  /// Whether it lives. Only when it does not may the taint come back.
  public func isLive(at now: BootTime) -> Bool { now < end }

  /// How long it lives, for `LeaseAck.lease_remaining_ms`; zero when it expired.
  public func remaining(at now: BootTime) -> Duration { max(end - now, .zero) }
}
