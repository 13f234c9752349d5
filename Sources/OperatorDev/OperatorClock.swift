import Glibc

/// The operator's two clocks. They are never mixed: what has elapsed is measured on the boot clock, dates are the wall
/// clock's.
public struct OperatorClock: Sendable {
  /// Nanoseconds since the machine started, sleep included. Source: clock_gettime(2), CLOCK_BOOTTIME.
  public var bootNanoseconds: @Sendable () -> UInt64
  /// Nanoseconds since 1970. Source: clock_gettime(2), CLOCK_REALTIME.
  public var realNanoseconds: @Sendable () -> Int64

  /// Clocks.
  public init(
    bootNanoseconds: @escaping @Sendable () -> UInt64, realNanoseconds: @escaping @Sendable () -> Int64
  ) {
    self.bootNanoseconds = bootNanoseconds
    self.realNanoseconds = realNanoseconds
  }

  /// The machine's own.
  public static let system = OperatorClock(
    bootNanoseconds: { UInt64(clamping: read(CLOCK_BOOTTIME)) }, realNanoseconds: { read(CLOCK_REALTIME) })

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
