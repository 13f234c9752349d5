/// The TOML that CRI-O's drop-ins are written in: tables, strings, integers, booleans, lists of them.
struct TOMLText: Sendable {
  enum Value: Sendable, Hashable {
    case string(String)
    case integer(Int64)
    case bool(Bool)
    case list([Value])

    /// What TOML calls it.
    var type: String {
      switch self {
      case .string: "string"
      case .integer: "integer"
      case .bool: "boolean"
      case .list: "array"
      }
    }
  }

  /// Values by table and key, with their lines; tables in order of the file.
  private(set) var tables: [(name: String, line: Int)] = []
  private(set) var values: [String: [String: (value: Value, line: Int)]] = [:]

  init(_ text: String) throws(Refusal) {
    var table = ""
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      var scanner = LineScanner(line, number: index + 1)
      scanner.skipSpace()
      if scanner.isAtEnd { continue }
      if scanner.take("[") {
        table = String(scanner.take { $0 != "]" })
        guard scanner.take("]"), !table.isEmpty, scanner.isDone else { throw scanner.fault("expected a table's name") }
        if tables.contains(where: { $0.name == table }) {
          throw scanner.fault("table [\(table)] already exists")
        }
        tables.append((table, index + 1))
        values[table] = [:]
        continue
      }
      let key = String(scanner.take { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" })
      scanner.skipSpace()
      guard !key.isEmpty, scanner.take("=") else { throw scanner.fault("expected key separator '='") }
      let value = try scanner.value()
      guard scanner.isDone else { throw scanner.fault("expected a newline after the value of \"\(key)\"") }
      if values[table]?[key] != nil { throw scanner.fault("Key '\(table).\(key)' has already been defined.") }
      values[table, default: [:]][key] = (value, index + 1)
    }
  }

  private struct LineScanner {
    private var rest: Substring
    private let number: Int

    init(_ line: Substring, number: Int) {
      rest = line
      self.number = number
    }

    var isAtEnd: Bool { rest.isEmpty || rest.first == "#" }
    /// Nothing but space and a comment is left.
    var isDone: Bool {
      let left = rest.drop { $0 == " " || $0 == "\t" }
      return left.isEmpty || left.first == "#"
    }

    func fault(_ words: String) -> Refusal { Refusal("toml: line \(number): \(words)") }

    mutating func skipSpace() { rest = rest.drop { $0 == " " || $0 == "\t" } }

    mutating func take(_ character: Character) -> Bool {
      guard rest.first == character else { return false }
      rest = rest.dropFirst()
      return true
    }

    mutating func take(while condition: (Character) -> Bool) -> Substring {
      let taken = rest.prefix(while: condition)
      rest = rest.dropFirst(taken.count)
      return taken
    }

    mutating func value() throws(Refusal) -> Value {
      skipSpace()
      if take("\"") {
        var text = ""
        while let next = rest.popFirst() {
          if next == "\"" { return .string(text) }
          if next == "\\" {
            guard let escaped = rest.popFirst(), "\"\\".contains(escaped) else { throw fault("invalid escape") }
            text.append(escaped)
          } else {
            text.append(next)
          }
        }
        throw fault("unexpected EOF; expected '\"'")
      }
      if take("[") {
        var items: [Value] = []
        skipSpace()
        while !take("]") {
          items.append(try value())
          skipSpace()
          if !take(","), rest.first != "]" { throw fault("expected a comma or array terminator ']'") }
          skipSpace()
        }
        return .list(items)
      }
      let word = take { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
      if word == "true" || word == "false" { return .bool(word == "true") }
      guard let integer = Int64(word) else { throw fault("expected value but found \"\(word)\" instead") }
      return .integer(integer)
    }
  }
}
