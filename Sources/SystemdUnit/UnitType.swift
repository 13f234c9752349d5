/// The types of unit that systemd knows, by the suffix of their names (systemd.unit(5)).
public enum UnitType: String, Sendable, Hashable, CaseIterable {
  case service, socket, device, mount, automount, swap, target, path, timer, slice, scope
}
