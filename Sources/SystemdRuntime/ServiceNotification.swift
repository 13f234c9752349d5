import CSystemd
import Glibc

/// What a service tells systemd about itself. Source: sd_notify(3).
public enum ServiceNotification: Sendable, Hashable {
  /// Start-up is complete (`READY=1`).
  case ready
  /// The service reads its configuration again since that moment of the monotonic clock, in microseconds;
  /// `Type=notify-reload` waits for the next ``ready`` (`RELOADING=1`, `MONOTONIC_USEC=`).
  case reloading(since: UInt64)
  /// The service is going down (`STOPPING=1`).
  case stopping
  /// One line for `systemctl status` (`STATUS=`).
  case status(String)
  /// The service is alive (`WATCHDOG=1`).
  case watchdog
  /// The next start-up or reload needs that much longer (`EXTEND_TIMEOUT_USEC=`).
  case extendTimeout(microseconds: UInt64)

  /// The lines of the protocol. A status keeps to its one line, so that no text becomes another notification.
  public var text: String {
    switch self {
    case .ready: "READY=1"
    case .reloading(let since): "RELOADING=1\nMONOTONIC_USEC=\(since)"
    case .stopping: "STOPPING=1"
    case .status(let line): "STATUS=" + String(line.map { $0.isNewline || $0 == "\0" ? " " : $0 })
    case .watchdog: "WATCHDOG=1"
    case .extendTimeout(let microseconds): "EXTEND_TIMEOUT_USEC=\(microseconds)"
    }
  }

  /// Sends all of `notifications` in one message.
  /// - Returns: `false` where nobody asked for them: `NOTIFY_SOCKET` is not set. Errors are systemd's loss, not the
  ///   service's, and count as such.
  @discardableResult
  public static func send(_ notifications: [ServiceNotification]) -> Bool {
    sd_notify(0, notifications.map(\.text).joined(separator: "\n")) > 0
  }

  /// The monotonic clock, in microseconds, for ``reloading(since:)``.
  public static var monotonicMicroseconds: UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) * 1_000_000 + UInt64(now.tv_nsec) / 1_000
  }
}
