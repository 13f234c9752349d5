import Diagnostics

/// Reads a document of the language (hashicorp/hcl v1, `hcl/parser/parser.go`).
struct HCLParser {
  private var lexemes: ArraySlice<HCLLexer.Lexeme>

  /// The document that `text` is.
  static func document(_ text: String) throws(HCLError) -> HCLBody {
    var parser = HCLParser(lexemes: try HCLLexer.tokens(of: text)[...])
    return try parser.body(untilBrace: false)
  }

  private var current: HCLLexer.Lexeme {
    lexemes.first ?? HCLLexer.Lexeme(token: .end, position: SourcePosition(line: 1, column: 1))
  }

  @discardableResult private mutating func take() -> HCLLexer.Lexeme {
    let lexeme = current
    if lexeme.token != .end { lexemes.removeFirst() }
    return lexeme
  }

  private mutating func body(untilBrace: Bool) throws(HCLError) -> HCLBody {
    var body = HCLBody(position: current.position)
    while true {
      switch current.token {
      case .end where !untilBrace: return body
      case .end: throw HCLError(current.position, "object expected closing RBRACE got: EOF")
      case .rightBrace where untilBrace:
        take()
        return body
      case .comma where untilBrace && !body.items.isEmpty: take()
      case .identifier, .string: body.items.append(try item())
      default:
        throw HCLError(current.position, "expected: IDENT | STRING got: \(current.token.words)")
      }
    }
  }

  private mutating func item() throws(HCLError) -> HCLItem {
    let start = current.position
    var keys: [String] = []
    while true {
      switch current.token {
      case .identifier(let name), .string(let name):
        keys.append(name)
        take()
      case .assign:
        guard keys.count == 1 else {
          throw HCLError(current.position, "nested object expected: LBRACE got: ASSIGN")
        }
        take()
        return HCLItem(key: keys[0], labels: [], value: try value(), position: start)
      case .leftBrace:
        take()
        return HCLItem(
          key: keys[0], labels: Array(keys.dropFirst()), value: .object(try body(untilBrace: true)), position: start)
      default:
        throw HCLError(start, "key '\(keys.joined(separator: " "))' expected start of object ('{') or assignment ('=')")
      }
    }
  }

  private mutating func value() throws(HCLError) -> HCLValue {
    let lexeme = take()
    switch lexeme.token {
    case .string(let text): return .string(text)
    case .number(let text):
      if let number = Int(text) { return .number(number) }
      if text.hasPrefix("0x"), let number = Int(text.dropFirst(2), radix: 16) { return .number(number) }
      if let decimal = Double(text) { return .decimal(decimal) }
      throw HCLError(lexeme.position, "malformed number \(text)")
    case .identifier("true"): return .boolean(true)
    case .identifier("false"): return .boolean(false)
    case .leftBrace: return .object(try body(untilBrace: true))
    case .leftBracket: return .list(try list(from: lexeme.position))
    default: throw HCLError(lexeme.position, "Unknown token: \(lexeme.token.words)")
    }
  }

  private mutating func list(from start: SourcePosition) throws(HCLError) -> [HCLValue] {
    var values: [HCLValue] = []
    var needsComma = false
    while true {
      switch current.token {
      case .rightBracket:
        take()
        return values
      case .comma where needsComma:
        take()
        needsComma = false
      case .end: throw HCLError(start, "error parsing list, expected closing bracket")
      default:
        guard !needsComma else {
          throw HCLError(
            current.position, "error parsing list, expected comma or list end, got: \(current.token.words)")
        }
        values.append(try value())
        needsComma = true
      }
    }
  }
}
