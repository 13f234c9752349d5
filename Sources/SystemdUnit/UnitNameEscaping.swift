extension UnitName {
  /// `text` as part of a unit name (`systemd-escape TEXT`): `/` becomes `-`, every other byte that a name may not
  /// have, `-` and a leading `.` become `\xNN`.
  public static func escape(_ text: String) -> String {
    var escaped = ""
    for (offset, byte) in text.utf8.enumerated() {
      if byte == UInt8(ascii: "/") {
        escaped += "-"
      } else if isPlain(byte), !(offset == 0 && byte == UInt8(ascii: ".")) {
        escaped.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16)
        escaped += digits.count == 1 ? "\\x0\(digits)" : "\\x\(digits)"
      }
    }
    return escaped
  }

  /// A file system path as the prefix of its mount unit's name (`systemd-escape --path PATH`): slashes at the ends and
  /// doubled ones do not count, the root is `-`. Where systemd refuses `..`, it is resolved by name here.
  public static func escape(path: String) -> String {
    var components: [Substring] = []
    for component in path.split(separator: "/") where component != "." {
      if component == ".." {
        _ = components.popLast()
      } else {
        components.append(component)
      }
    }
    return components.isEmpty ? "-" : escape(components.joined(separator: "/"))
  }

  /// The text that ``escape(_:)`` was given (`systemd-escape --unescape`); `nil` where an escape is broken or the
  /// bytes are not UTF-8.
  public static func unescape(_ name: String) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(name.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "-") {
        bytes.append(UInt8(ascii: "/"))
      } else if byte == UInt8(ascii: "\\") {
        guard rest.popFirst() == UInt8(ascii: "x"), rest.count >= 2,
          let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
        else { return nil }
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
