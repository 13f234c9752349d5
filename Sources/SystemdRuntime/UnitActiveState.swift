/// The state that every type of unit has. A systemd newer than this list has its own word kept.
public struct UnitActiveState: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  /// systemd's word.
  public var rawValue: String

  /// The state that `rawValue` names.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Started, bound, plugged in, depending on its type.
  public static let active = UnitActiveState(rawValue: "active")
  /// Active, and reading its configuration again.
  public static let reloading = UnitActiveState(rawValue: "reloading")
  /// Active, and its mount is being refreshed (systemd 256).
  public static let refreshing = UnitActiveState(rawValue: "refreshing")
  /// Stopped, as it should be.
  public static let inactive = UnitActiveState(rawValue: "inactive")
  /// Stopped by a fault.
  public static let failed = UnitActiveState(rawValue: "failed")
  /// On its way from inactive to active.
  public static let activating = UnitActiveState(rawValue: "activating")
  /// On its way from active to inactive.
  public static let deactivating = UnitActiveState(rawValue: "deactivating")
  /// Inactive, and something is being maintained on it.
  public static let maintenance = UnitActiveState(rawValue: "maintenance")

  /// Every state that systemd 257 has, in its own order.
  public static let known: [UnitActiveState] = [
    .active, .reloading, .inactive, .failed, .activating, .deactivating, .maintenance, .refreshing,
  ]

  /// systemd's word.
  public var description: String { rawValue }
}
