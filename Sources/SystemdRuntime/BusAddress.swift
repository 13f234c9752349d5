/// A socket at which systemd can be asked.
public struct BusAddress: Sendable, Hashable {
  /// The socket's absolute path.
  public var path: String
  /// Whether a message bus listens there (dbus-daemon, dbus-broker), rather than systemd itself.
  public var isBus: Bool

  /// The socket at `path`.
  public init(path: String, isBus: Bool) {
    self.path = path
    self.isBus = isBus
  }

  /// Where a host's systemd is found, in the order in which it is tried: the system bus, which answers everybody, and
  /// systemd's own socket, which answers root also where no bus runs.
  /// - Parameter root: the folder in which the host's `/` is mounted; empty or `/` on the host itself.
  public static func host(root: String = "") -> [BusAddress] {
    var root = root[...]
    while root.hasSuffix("/") { root = root.dropLast() }
    return [
      BusAddress(path: root + "/run/dbus/system_bus_socket", isBus: true),
      BusAddress(path: root + "/run/systemd/private", isBus: false),
    ]
  }

  /// The address as D-Bus writes it. What is not in its small alphabet is escaped (D-Bus specification, server
  /// addresses).
  var text: String {
    var escaped = ""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "/"),
        UInt8(ascii: "."), UInt8(ascii: "*"):
        escaped.unicodeScalars.append(Unicode.Scalar(byte))
      default: escaped += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return "unix:path=\(escaped)"
  }
}
