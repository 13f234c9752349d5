import CSystemd

/// The methods and properties of org.freedesktop.systemd1(5) that are read, each within one deadline.
struct SystemdCalls {
  let connection: BusConnection
  let deadline: BusDeadline

  private static let manager = "org.freedesktop.systemd1.Manager"

  /// A string that the manager has as a property.
  func managerProperty(_ name: String) throws(SystemdError) -> String {
    let reply = try get(name, of: Self.manager)
    return try reply.variant("s") { message throws(SystemdError) in try message.string() }
  }

  /// Every unit that failed, in systemd's order.
  func failedUnits() throws(SystemdError) -> [UnitStatus] {
    try list("ListUnitsByPatterns", [["failed"], []]).map(\.status)
  }

  /// The units with those names, in that order, loaded or not.
  func units(called names: [String]) throws(SystemdError) -> [UnitStatus] {
    guard !names.isEmpty else { return [] }
    // One answer for each name, in their order; an alias is answered with the name of what it stands for.
    let listed = try list("ListUnitsByNames", [names])
    guard listed.count == names.count else { throw .malformed("ListUnitsByNames") }
    var units: [UnitStatus] = []
    for (name, unit) in zip(names, listed) {
      var status = unit.status
      status.name = name
      if status.loadState == "loaded" { try addDetails(to: &status, at: unit.path) }
      units.append(status)
    }
    return units
  }

  private func addDetails(to status: inout UnitStatus, at path: String) throws(SystemdError) {
    let change = try get("StateChangeTimestampMonotonic", of: "org.freedesktop.systemd1.Unit", at: path)
    let time = try change.variant("t") { message throws(SystemdError) in try message.uint64() }
    status.lastChange = time == 0 ? nil : time
    guard status.name.hasSuffix(".service") else { return }
    do throws(SystemdError) {
      let restarts = try get("NRestarts", of: "org.freedesktop.systemd1.Service", at: path)
      status.restarts = try restarts.variant("u") { message throws(SystemdError) in try message.uint32() }
    } catch .refused {
      // systemd before 235 does not count them.
    }
  }

  private func get(
    _ property: String, of interface: String, at path: String = "/org/freedesktop/systemd1"
  ) throws(SystemdError) -> BusMessage {
    try connection.call("Get", of: "org.freedesktop.DBus.Properties", at: path, deadline: deadline) { request in
      for text in [interface, property] {
        let code = sd_bus_message_append_basic(request, BusMessage.type("s"), text)
        if code < 0 { return code }
      }
      return 0
    }
  }

  private func list(
    _ method: String, _ arguments: [[String]]
  ) throws(SystemdError) -> [(status: UnitStatus, path: String)] {
    let reply = try connection.call(method, of: Self.manager, deadline: deadline) { request in
      for argument in arguments {
        let codes = [
          sd_bus_message_open_container(request, BusMessage.type("a"), "s"),
          argument.reduce(0) { $0 < 0 ? $0 : sd_bus_message_append_basic(request, BusMessage.type("s"), $1) },
          sd_bus_message_close_container(request),
        ]
        if let fault = codes.first(where: { $0 < 0 }) { return fault }
      }
      return 0
    }
    return try reply.units()
  }
}
