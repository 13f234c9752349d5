/// The types of unit that systemd knows, by the suffix of their names (systemd.unit(5)).
public enum UnitType: String, Sendable, Hashable, CaseIterable {
  /// Processes that systemd starts and watches: systemd.service(5).
  case service
  /// A socket or FIFO that starts a service when it is used: systemd.socket(5).
  case socket
  /// A device as udev shows it: systemd.device(5).
  case device
  /// A mount point, named after its path: systemd.mount(5) and ``UnitName/escape(path:)``.
  case mount
  /// A mount point that is mounted when it is used: systemd.automount(5).
  case automount
  /// A swap device or file: systemd.swap(5).
  case swap
  /// A group of units and a point in the boot: systemd.target(5).
  case target
  /// A path that starts a unit when it changes: systemd.path(5).
  case path
  /// A clock that starts a unit: systemd.timer(5).
  case timer
  /// A node of the control group tree, for limits of resources: systemd.slice(5).
  case slice
  /// Processes that something else started, made over the bus and never from a file: systemd.scope(5).
  case scope
}
