/// What systemd says of one unit. Source: `ListUnitsByPatterns` and `ListUnitsByNames` of org.freedesktop.systemd1(5).
public struct UnitStatus: Sendable, Hashable {
  /// The unit's whole name, with its type.
  public var name: String
  /// `Description=`, or the name where the unit has none.
  public var description: String
  /// Whether its file could be read: `loaded`, `not-found`, `bad-setting`, `error`, `masked`.
  public var loadState: String
  /// What it does, in the words that all types of units share.
  public var activeState: UnitActiveState
  /// What it does, in the words of its type: `running`, `exited`, `auto-restart`, `mounted`, `waiting` …
  public var subState: String
  /// How often systemd itself started the service again since somebody last did. Source: `NRestarts`, systemd 235.
  /// Absent for what is no service and for a unit that is not loaded.
  public var restarts: UInt32?
  /// When it last changed its state, in microseconds of the monotonic clock. Source: `StateChangeTimestampMonotonic`.
  /// Absent for a unit that is not loaded or never changed its state.
  public var lastChange: UInt64?

  /// A unit's state.
  public init(
    name: String, description: String, loadState: String, activeState: UnitActiveState, subState: String,
    restarts: UInt32? = nil, lastChange: UInt64? = nil
  ) {
    self.name = name
    self.description = description
    self.loadState = loadState
    self.activeState = activeState
    self.subState = subState
    self.restarts = restarts
    self.lastChange = lastChange
  }
}
