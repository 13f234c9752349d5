public import LicenseProtocol

/// Where the agent's time comes from. Tests put something else here.
public struct AgentClock: Sendable {
  /// Now, by the boot clock: time that passes is told by nothing else.
  public var now: @Sendable () -> BootTime
  /// Now, by this machine's wall clock, which anybody may set: it is shown, and certificates are judged by it, for they
  /// know no other. It decides nothing else.
  public var wall: @Sendable () -> ServerTime
  /// This boot: `/proc/sys/kernel/random/boot_id`, without its newline.
  public var bootID: String

  /// A clock.
  public init(
    bootID: String, now: @escaping @Sendable () -> BootTime, wall: @escaping @Sendable () -> ServerTime
  ) {
    self.bootID = bootID
    self.now = now
    self.wall = wall
  }
}
