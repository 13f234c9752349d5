import CSystemd

/// An answer of sd-bus, read once from its beginning to its end. It owns the C object.
final class BusMessage {
  private let message: OpaquePointer
  private let call: String

  init(owning message: OpaquePointer, call: String) {
    self.message = message
    self.call = call
  }

  deinit { sd_bus_message_unref(message) }

  /// The character that stands for a type in D-Bus, as C has it.
  static func type(_ code: Unicode.Scalar) -> CChar { CChar(truncatingIfNeeded: code.value) }

  /// The next value: a string `s` or an object path `o`.
  func string(_ type: Unicode.Scalar = "s") throws(SystemdError) -> String {
    var text: UnsafePointer<CChar>?
    try check(sd_bus_message_read_basic(message, Self.type(type), &text))
    guard let text else { throw .malformed(call) }
    return String(cString: text)
  }

  /// The next value, `u`.
  func uint32() throws(SystemdError) -> UInt32 {
    var value: UInt32 = 0
    try check(sd_bus_message_read_basic(message, Self.type("u"), &value))
    return value
  }

  /// The next value, `t`.
  func uint64() throws(SystemdError) -> UInt64 {
    var value: UInt64 = 0
    try check(sd_bus_message_read_basic(message, Self.type("t"), &value))
    return value
  }

  /// What is inside the variant that comes next, whose type must be `contents`.
  func variant<Value>(
    _ contents: String, _ read: (BusMessage) throws(SystemdError) -> Value
  ) throws(SystemdError) -> Value {
    try check(sd_bus_message_enter_container(message, Self.type("v"), contents))
    return try read(self)
  }

  /// The array of units that comes next, and the object path of each.
  func units() throws(SystemdError) -> [(status: UnitStatus, path: String)] {
    let structure = "ssssssouso"
    try check(sd_bus_message_enter_container(message, Self.type("a"), "(\(structure))"))
    var units: [(status: UnitStatus, path: String)] = []
    while true {
      let entered = sd_bus_message_enter_container(message, Self.type("r"), structure)
      if entered == 0 { return units }
      try check(entered)
      let status = UnitStatus(
        name: try string(), description: try string(), loadState: try string(),
        activeState: UnitActiveState(rawValue: try string()), subState: try string())
      // The unit that this one follows in its state: for devices with several names.
      _ = try string()
      let path = try string("o")
      // The queued job, its type and path.
      _ = (try uint32(), try string(), try string("o"))
      try check(sd_bus_message_exit_container(message) + 1)
      units.append((status, path))
    }
  }

  /// sd-bus says 1 where something was read, 0 at the end and `-errno` where it is something else.
  private func check(_ code: Int32) throws(SystemdError) {
    guard code > 0 else { throw .malformed(call) }
  }
}
