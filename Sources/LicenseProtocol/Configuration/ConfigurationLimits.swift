/// What the configurations that an operator sends may be. Both ends look: the operator at what it is to send, the node
/// at what it gets.
public enum ConfigurationLimits {
  /// The most configurations that a node keeps.
  public static let names = 64
  /// The longest name, in bytes.
  public static let nameBytes = 64
  /// The longest body, in bytes.
  public static let bodyBytes = 64 << 10
  /// The most that all bodies are together, in bytes.
  public static let totalBytes = 1 << 20

  /// Whether a configuration can be called so: 1 to 64 lower case letters, digits, dots and dashes. It is shown to
  /// people and kept in a file.
  public static func isName(_ name: String) -> Bool {
    let bytes = name.utf8
    return !bytes.isEmpty && bytes.count <= nameBytes
      && bytes.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
          UInt8(ascii: "."):
          true
        default: false
        }
      }
  }

  /// Whether a node can have applied these: versions by name, as `Hello` and `ConfigAck` carry them.
  public static func allow(_ versions: [String: UInt64]) -> Bool {
    versions.count <= names && versions.keys.allSatisfy(isName)
  }
}
