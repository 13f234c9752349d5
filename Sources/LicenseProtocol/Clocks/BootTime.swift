/// A moment by one machine's `CLOCK_BOOTTIME` (clock_gettime(2)): it counts from the kernel's start, through suspension too,
/// and nobody can set it. Two moments compare only where they are of one boot of one machine.
public struct BootTime: Sendable, Hashable, Comparable {
  /// How long after the kernel's start.
  public var sinceBoot: Duration

  /// The moment `sinceBoot` after the kernel's start.
  public init(sinceBoot: Duration) { self.sinceBoot = sinceBoot }

  /// What `CLOCK_BOOTTIME` says in nanoseconds, as `Heartbeat.boottime_ns` carries it.
  public init(nanoseconds: UInt64) {
    self.init(sinceBoot: .nanoseconds(Int64(clamping: nanoseconds)))
  }

  /// Nanoseconds since the kernel's start.
  public var nanoseconds: UInt64 { UInt64(clamping: sinceBoot.wholeNanoseconds) }

  /// Whether `a` is earlier than `b`.
  public static func < (a: BootTime, b: BootTime) -> Bool { a.sinceBoot < b.sinceBoot }

  /// The moment `length` later.
  public static func + (time: BootTime, length: Duration) -> BootTime {
    BootTime(sinceBoot: time.sinceBoot + length)
  }

  /// How long from `b` to `a`; negative where `a` is earlier.
  public static func - (a: BootTime, b: BootTime) -> Duration { a.sinceBoot - b.sinceBoot }
}
