/// What systemd says of a machine at one moment.
public struct SystemdReading: Sendable, Hashable {
  /// systemd's version as it prints it, `257.4-1` or `252.39-1~deb12u2`.
  public var version: String
  /// `running`, `degraded` (units failed), `starting`, `initializing`, `maintenance`, `stopping`, `offline`, `unknown`.
  /// Source: `SystemState`, the word of `systemctl is-system-running`.
  public var systemState: String
  /// The units that failed, ordered by name.
  public var failedUnits: [UnitStatus]
  /// The units that were asked for, in the order in which they were. One that is not there has the load state
  /// `not-found`.
  public var units: [UnitStatus]

  /// What systemd says.
  public init(version: String, systemState: String, failedUnits: [UnitStatus], units: [UnitStatus]) {
    self.version = version
    self.systemState = systemState
    self.failedUnits = failedUnits
    self.units = units
  }
}
