import LicenseProtocol

/// Both clocks of the node at one moment.
struct ClockReading: Sendable, Hashable {
  /// How far one may get away from the other though nobody sets it: they are read one after the other, and NTP slews.
  private static let drift = Duration.seconds(5)

  /// By the wall clock, in seconds since 1970. Anybody may set it.
  let wall: Int64
  /// By the boot clock, which nobody can set.
  let boot: BootTime

  /// What `clock` says now.
  init(_ clock: AgentClock) {
    wall = clock.wall().seconds
    boot = clock.now()
  }

  /// Whether somebody set the wall clock after `earlier`, forward or back.
  func isSet(since earlier: ClockReading) -> Bool {
    let passed = boot - earlier.boot
    let shown = Duration.seconds(wall - earlier.wall)
    return shown < passed - Self.drift || shown > passed + Self.drift
  }
}
