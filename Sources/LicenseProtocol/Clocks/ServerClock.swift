/// What a node holds the operator's time to be: the last time it was told, and what its boot clock counted since. An operator
/// keeps in the same way what its own date does not go behind.
///
/// The wall clock has no part in it. It only moves forward, but for `restart(at:server:)`.
public struct ServerClock: Sendable, Hashable {
  /// What the operator said.
  public private(set) var server: ServerTime
  /// When it said so, by this boot's clock.
  public private(set) var heard: BootTime

  /// Told `server` at `heard`, in this boot.
  public init(server: ServerTime, heard: BootTime) {
    self.server = server
    self.heard = heard
  }

  /// Remembered from an earlier boot: the last time told is the floor, and this boot's clock ran at least since then. How
  /// long the machine was off is not known, and not counted.
  public init(floor: ServerTime) {
    self.init(server: floor, heard: BootTime(sinceBoot: .zero))
  }

  /// The operator's time at `now`, at the earliest.
  public func time(at now: BootTime) -> ServerTime { server + max(now - heard, .zero) }

  /// When the operator's time reaches `time`, by this boot's clock.
  public func moment(of time: ServerTime) -> BootTime { heard + (time - server) }

  /// Takes a time that the operator says now, if it is ahead of what was counted.
  public mutating func advance(to time: ServerTime, at now: BootTime) {
    if time > self.time(at: now) { restart(at: now, server: time) }
  }

  /// Takes the operator's word, be it behind what was counted: its clock had been wrong, and it grants anew.
  public mutating func restart(at now: BootTime, server: ServerTime) {
    self = ServerClock(server: server, heard: now)
  }
}
