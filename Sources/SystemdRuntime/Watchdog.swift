import CSystemd

/// systemd's watchdog over this process (`WatchdogSec=`). Source: sd_watchdog_enabled(3).
public struct Watchdog: Sendable, Hashable {
  /// The silence after which systemd ends the service.
  public var limit: Duration

  /// The watchdog that this process was started with; `nil` where it was started with none, or it is for another
  /// process.
  public init?() {
    var microseconds: UInt64 = 0
    guard sd_watchdog_enabled(0, &microseconds) > 0, microseconds > 0 else { return nil }
    limit = .microseconds(Int64(clamping: microseconds))
  }

  /// How often to notify: half of the limit, as sd_watchdog_enabled(3) recommends.
  public var interval: Duration { limit / 2 }
}
