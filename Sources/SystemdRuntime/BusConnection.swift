import CSystemd
import Glibc

/// One connection of sd-bus. It owns the C object, is used by one thread at a time, and never waits beyond a deadline.
final class BusConnection {
  private let bus: OpaquePointer

  /// Connects and authenticates.
  init(_ address: BusAddress, deadline: BusDeadline) throws(SystemdError) {
    let step = "connecting to \(address.path)"
    var created: OpaquePointer?
    try Self.check(sd_bus_new(&created), step)
    guard let created else { throw .disconnected(step, Self.words(-ENOMEM)) }
    bus = created
    try Self.check(sd_bus_set_address(bus, address.text), step)
    try Self.check(sd_bus_set_bus_client(bus, address.isBus ? 1 : 0), step)
    try Self.check(sd_bus_start(bus), step)
    try waitUntilReady(deadline, step)
  }

  deinit {
    // Not flushed: whoever does not read must not hold us.
    _ = sd_bus_close_unref(bus)
  }

  /// Calls a method of systemd and waits for its answer.
  /// - Parameter append: adds the arguments; its value is sd-bus's code, negative where that failed.
  func call(
    _ method: String, of interface: String, at path: String = "/org/freedesktop/systemd1", deadline: BusDeadline,
    append: (OpaquePointer) -> Int32
  ) throws(SystemdError) -> BusMessage {
    var created: OpaquePointer?
    try Self.check(
      sd_bus_message_new_method_call(bus, &created, "org.freedesktop.systemd1", path, interface, method), method)
    guard let created else { throw .malformed(method) }
    defer { sd_bus_message_unref(created) }
    try Self.check(append(created), method)
    let limit = try deadline.remaining(for: method)
    var fault = sd_bus_error()
    defer { sd_bus_error_free(&fault) }
    var reply: OpaquePointer?
    let code = sd_bus_call(bus, created, limit, &fault, &reply)
    if let name = fault.name {
      let message = fault.message.map { String(cString: $0) } ?? ""
      throw Self.refusal(of: method, name: String(cString: name), message: message)
    }
    try Self.check(code, method)
    guard let reply else { throw .malformed(method) }
    return BusMessage(owning: reply, call: method)
  }

  // sd_bus_call would do this by itself, and wait for a silent server up to a limit of its own, 90 seconds.
  private func waitUntilReady(_ deadline: BusDeadline, _ step: String) throws(SystemdError) {
    while true {
      let ready = sd_bus_is_ready(bus)
      try Self.check(ready, step)
      if ready > 0 { return }
      let processed = sd_bus_process(bus, nil)
      try Self.check(processed, step)
      if processed > 0 { continue }
      let waited = sd_bus_wait(bus, try deadline.remaining(for: step))
      if waited != -EINTR { try Self.check(waited, step) }
    }
  }

  private static func refusal(of call: String, name: String, message: String) -> SystemdError {
    switch name {
    case "org.freedesktop.DBus.Error.AccessDenied", "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired":
      .denied(message)
    // What sd-bus makes of its own time-out, and what a bus says of a service that it could not start in time.
    case "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Timeout",
      "org.freedesktop.DBus.Error.TimedOut", "System.Error.ETIMEDOUT":
      .deadlineExceeded(call)
    // What sd-bus makes of bytes that are no message.
    case "org.freedesktop.DBus.Error.InconsistentMessage": .malformed(call)
    case "org.freedesktop.DBus.Error.Disconnected", "System.Error.ECONNRESET", "System.Error.EPIPE",
      "System.Error.ENOTCONN":
      .disconnected(call, message)
    default: .refused(call: call, name: name, message: message)
    }
  }

  /// Throws what a negative code of sd-bus means; it is `-errno`.
  private static func check(_ code: Int32, _ step: String) throws(SystemdError) {
    guard code < 0 else { return }
    switch -code {
    case EACCES, EPERM: throw .denied("\(step): \(words(code))")
    case ETIMEDOUT: throw .deadlineExceeded(step)
    case EBADMSG, ENXIO: throw .malformed(step)
    default: throw .disconnected(step, words(code))
    }
  }

  private static func words(_ code: Int32) -> String { String(cString: strerror(-code)) }
}
