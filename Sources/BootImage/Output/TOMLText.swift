/// The only writer of TOML (toml.io 1.0): tables in the order given, values typed, strings as basic strings.
struct TOMLText {
  private var lines: [String] = []

  /// A TOML value.
  enum Value {
    case string(String)
    case integer(Int)
    case boolean(Bool)
    case array([Value])

    fileprivate var text: String {
      switch self {
      case .string(let string): return string.inDoubleQuotes
      case .integer(let integer): return "\(integer)"
      case .boolean(let boolean): return boolean ? "true" : "false"
      case .array(let values): return "[" + values.map(\.text).joined(separator: ", ") + "]"
      }
    }
  }

  init(comment: String? = nil) {
    if let comment { lines += comment.split(separator: "\n", omittingEmptySubsequences: false).map { "# \($0)" } }
  }

  /// Starts the table `name` (`isArray` for an element of an array of tables) and writes its values.
  mutating func table(_ name: String, isArray: Bool = false, _ values: [(String, Value)]) {
    if !lines.isEmpty { lines.append("") }
    lines.append(isArray ? "[[\(name)]]" : "[\(name)]")
    for (key, value) in values { lines.append("\(key) = \(value.text)") }
  }

  /// The document, ending with a newline.
  var text: String { lines.joined(separator: "\n") + "\n" }
}
