/// A valid name of a systemd unit: `prefix.type`, `prefix@.type` (a template) or `prefix@instance.type`
/// (systemd.unit(5)).
public struct UnitName: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The whole name, at most 255 bytes.
  public let description: String
  /// What stands before the `@`, or before the type.
  public let prefix: String
  /// What stands between `@` and the type: empty for a template, `nil` where there is no `@`.
  public let instance: String?
  /// The type that the suffix names.
  public let type: UnitType

  /// The longest name that systemd accepts, in bytes (`UNIT_NAME_MAX` less its NUL).
  public static let maximumLength = 255

  /// The name, or `nil` where systemd would refuse it: no known type, an empty prefix, a character outside
  /// ASCII letters, digits and `:-_.\@`, or more than 255 bytes.
  public init?(_ name: String) {
    guard !name.isEmpty, name.utf8.count <= Self.maximumLength, name.utf8.allSatisfy(Self.isAllowed),
      let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")),
      let type = UnitType(rawValue: String(name[name.utf8.index(after: dot)...]))
    else { return nil }
    let stem = name[..<dot]
    let at = stem.utf8.firstIndex(of: UInt8(ascii: "@"))
    prefix = String(stem[..<(at ?? stem.endIndex)])
    instance = at.map { String(stem[stem.utf8.index(after: $0)...]) }
    self.type = type
    description = name
    if prefix.isEmpty { return nil }
  }

  /// Whether this is a template, which needs an instance before it can run.
  public var isTemplate: Bool { instance?.isEmpty ?? false }

  /// Orders by the bytes of the name.
  public static func < (left: UnitName, right: UnitName) -> Bool {
    left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    isPlain(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "@")
  }

  /// Bytes that an escaped name keeps as they are.
  static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}
