import Diagnostics

/// A JSON value with its place. Strings must be free of `\u` escapes, numbers integers: what ``JSONText`` prints for the project's own
/// files, and no more, so that one value has one text.
struct JSONNode {
  enum Value {
    case string(String)
    case integer(Int)
    case boolean(Bool)
    case null
    case array([JSONNode])
    case object([(name: String, node: JSONNode)])
  }

  var value: Value
  /// Where it begins, in bytes from 0.
  var offset: Int

  /// Why a text is not JSON of that kind, and where.
  struct SyntaxError: Error {
    var offset: Int
    var message: String
  }

  /// The value that all of `text` is, blanks around its parts allowed.
  init(parsing text: [UInt8]) throws(SyntaxError) {
    var parser = Parser(text: text)
    self = try parser.value(depth: 0)
    parser.skipBlanks()
    guard parser.offset == text.count else { throw parser.error("nothing may follow the value") }
  }

  init(value: Value, offset: Int) {
    self.value = value
    self.offset = offset
  }

  /// The value as it is printed.
  var text: JSONText {
    switch value {
    case .string(let string): .string(string)
    case .integer(let integer): .integer(integer)
    case .boolean(let boolean): .boolean(boolean)
    case .null: .null
    case .array(let nodes): .array(nodes.map(\.text))
    case .object(let members): .object(members.map { JSONText.Member($0.name, $0.node.text) })
    }
  }
}

private struct Parser {
  let text: [UInt8]
  var offset = 0

  func error(_ message: String) -> JSONNode.SyntaxError { JSONNode.SyntaxError(offset: offset, message: message) }

  mutating func skipBlanks() {
    while offset < text.count, [0x20, 0x0A, 0x0D, 0x09].contains(text[offset]) { offset += 1 }
  }

  mutating func take(_ byte: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard offset < text.count, text[offset] == UInt8(ascii: byte) else { return false }
    offset += 1
    return true
  }

  mutating func value(depth: Int) throws(JSONNode.SyntaxError) -> JSONNode {
    skipBlanks()
    let start = offset
    // The project's files nest four deep; the limit keeps a hostile one from exhausting the stack.
    guard depth < 16 else { throw error("nested too deeply") }
    guard offset < text.count else { throw error("the text ends where a value is expected") }
    switch text[offset] {
    case UInt8(ascii: "{"): return JSONNode(value: .object(try members(depth: depth)), offset: start)
    case UInt8(ascii: "["): return JSONNode(value: .array(try elements(depth: depth)), offset: start)
    case UInt8(ascii: "\""): return JSONNode(value: .string(try string()), offset: start)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return JSONNode(value: .integer(try integer()), offset: start)
    default:
      for (word, value) in [("null", JSONNode.Value.null), ("true", .boolean(true)), ("false", .boolean(false))]
      where text[offset...].starts(with: word.utf8) {
        offset += word.utf8.count
        return JSONNode(value: value, offset: start)
      }
      throw error("not a JSON value")
    }
  }

  private mutating func members(depth: Int) throws(JSONNode.SyntaxError) -> [(name: String, node: JSONNode)] {
    offset += 1
    var members: [(name: String, node: JSONNode)] = []
    if take("}") { return members }
    repeat {
      skipBlanks()
      guard offset < text.count, text[offset] == UInt8(ascii: "\"") else { throw error("a member's name is expected") }
      let name = try string()
      guard take(":") else { throw error("a colon is expected") }
      members.append((name, try value(depth: depth + 1)))
    } while take(",")
    guard take("}") else { throw error("a comma or a closing brace is expected") }
    return members
  }

  private mutating func elements(depth: Int) throws(JSONNode.SyntaxError) -> [JSONNode] {
    offset += 1
    var elements: [JSONNode] = []
    if take("]") { return elements }
    repeat { elements.append(try value(depth: depth + 1)) } while take(",")
    guard take("]") else { throw error("a comma or a closing bracket is expected") }
    return elements
  }

  private mutating func integer() throws(JSONNode.SyntaxError) -> Int {
    let start = offset
    while offset < text.count, "-+.eE0123456789".utf8.contains(text[offset]) { offset += 1 }
    let digits = String(decoding: text[start..<offset], as: UTF8.self)
    guard let integer = Int(digits), String(integer) == digits else {
      offset = start
      throw error("not an integer in its shortest form")
    }
    return integer
  }

  private mutating func string() throws(JSONNode.SyntaxError) -> String {
    let start = offset
    offset += 1
    var bytes: [UInt8] = []
    while offset < text.count, text[offset] != UInt8(ascii: "\"") {
      guard text[offset] >= 0x20 else { throw error("a control character inside a string") }
      if text[offset] == UInt8(ascii: "\\") {
        offset += 1
        guard offset < text.count, let byte = Self.escapes[text[offset]] else {
          throw error("not an escape that is used")
        }
        bytes.append(byte)
      } else {
        bytes.append(text[offset])
      }
      offset += 1
    }
    guard offset < text.count else {
      offset = start
      throw error("the string does not end")
    }
    offset += 1
    guard let string = String(validating: bytes, as: UTF8.self) else {
      offset = start
      throw error("the string is not UTF-8")
    }
    return string
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"), UInt8(ascii: "n"): 0x0A,
    UInt8(ascii: "t"): 0x09, UInt8(ascii: "r"): 0x0D,
  ]
}
