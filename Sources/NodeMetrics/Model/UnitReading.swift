/// systemd's units, as whoever talks to systemd hands them in.
public struct UnitReading: Sendable, Hashable {
  /// A unit that is looked after by name.
  public struct Unit: Sendable, Hashable {
    /// Its name: `kubelet.service`.
    public var name: String
    /// `active`, `reloading`, `inactive`, `failed`, `activating`, `deactivating`. Source: org.freedesktop.systemd1(5),
    /// `ActiveState`.
    public var activeState: String
    /// `running`, `dead`, `exited`…: `SubState`.
    public var subState: String
    /// How often systemd started it again by itself: `NRestarts`; `nil` where the unit has none.
    public var restarts: UInt64?

    /// A unit.
    public init(name: String, activeState: String, subState: String, restarts: UInt64? = nil) {
      self.name = name
      self.activeState = activeState
      self.subState = subState
      self.restarts = restarts
    }
  }

  /// `running`, `degraded`, `starting`…: the manager's `SystemState`.
  public var systemState: String
  /// Units that are looked after, in the order of the boot chain.
  public var units: [Unit]
  /// Names of all failed units, sorted.
  public var failed: [String]

  /// A reading.
  public init(systemState: String, units: [Unit], failed: [String]) {
    self.systemState = systemState
    self.units = units
    self.failed = failed
  }
}
