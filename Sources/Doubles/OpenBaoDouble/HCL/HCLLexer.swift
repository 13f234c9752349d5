import Diagnostics

/// Cuts a text into the language's tokens (hashicorp/hcl v1, `hcl/scanner/scanner.go`).
struct HCLLexer {
  enum Token: Sendable, Hashable {
    case identifier(String)
    case string(String)
    case number(String)
    case leftBrace, rightBrace, leftBracket, rightBracket, assign, comma, end

    var words: String {
      switch self {
      case .identifier(let name): "identifier \(name)"
      case .string: "string"
      case .number: "number"
      case .leftBrace: "{"
      case .rightBrace: "}"
      case .leftBracket: "["
      case .rightBracket: "]"
      case .assign: "="
      case .comma: ","
      case .end: "end of file"
      }
    }
  }

  struct Lexeme: Sendable, Hashable {
    var token: Token
    var position: SourcePosition
  }

  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var line = 1
  private var column = 1

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// All tokens; the last is ``Token/end``.
  static func tokens(of text: String) throws(HCLError) -> [Lexeme] {
    var lexer = HCLLexer(text)
    var found: [Lexeme] = []
    while true {
      let lexeme = try lexer.next()
      found.append(lexeme)
      if lexeme.token == .end { return found }
    }
  }

  private var position: SourcePosition { SourcePosition(line: line, column: column) }
  private var current: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }
  private func peek(_ offset: Int) -> Unicode.Scalar? {
    index + offset < scalars.count ? scalars[index + offset] : nil
  }

  @discardableResult private mutating func take() -> Unicode.Scalar? {
    guard let scalar = current else { return nil }
    index += 1
    if scalar == "\n" {
      line += 1
      column = 1
    } else {
      column += 1
    }
    return scalar
  }

  private mutating func next() throws(HCLError) -> Lexeme {
    try skipBlanks()
    let start = position
    guard let scalar = current else { return Lexeme(token: .end, position: start) }
    switch scalar {
    case "{", "}", "[", "]", "=", ",":
      take()
      return Lexeme(token: Self.punctuation[scalar] ?? .end, position: start)
    case "\"": return Lexeme(token: .string(try string(from: start)), position: start)
    case "<" where peek(1) == "<": return Lexeme(token: .string(try heredoc(from: start)), position: start)
    case "-", "0"..."9": return Lexeme(token: .number(try number(from: start)), position: start)
    default:
      guard Self.isLetter(scalar) else { throw HCLError(start, "illegal char") }
      var name = ""
      while let letter = current,
        Self.isLetter(letter) || ("0"..."9").contains(letter) || letter == "-" || letter == "."
      {
        name.unicodeScalars.append(letter)
        take()
      }
      return Lexeme(token: .identifier(name), position: start)
    }
  }

  private static let punctuation: [Unicode.Scalar: Token] = [
    "{": .leftBrace, "}": .rightBrace, "[": .leftBracket, "]": .rightBracket, "=": .assign, ",": .comma,
  ]

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic
  }

  private mutating func skipBlanks() throws(HCLError) {
    while let scalar = current {
      if scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" {
        take()
      } else if scalar == "#" || scalar == "/" && peek(1) == "/" {
        while let other = current, other != "\n" { take() }
      } else if scalar == "/" && peek(1) == "*" {
        let start = position
        while !(current == "*" && peek(1) == "/") {
          guard take() != nil else { throw HCLError(start, "comment not terminated") }
        }
        take()
        take()
      } else {
        return
      }
    }
  }

  private mutating func string(from start: SourcePosition) throws(HCLError) -> String {
    take()
    var text = ""
    while current != "\n", let scalar = take() {
      switch scalar {
      case "\"": return text
      case "\\": text.unicodeScalars.append(try escape(from: start))
      default: text.unicodeScalars.append(scalar)
      }
    }
    throw HCLError(position, "literal not terminated")
  }

  private mutating func escape(from start: SourcePosition) throws(HCLError) -> Unicode.Scalar {
    switch take() {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "\"": return "\""
    case "\\": return "\\"
    case "u":
      var digits = ""
      for _ in 0..<4 { if let digit = take() { digits.unicodeScalars.append(digit) } }
      guard let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
        throw HCLError(start, "illegal char escape")
      }
      return scalar
    default: throw HCLError(start, "illegal char escape")
    }
  }

  private mutating func heredoc(from start: SourcePosition) throws(HCLError) -> String {
    take()
    take()
    let isIndented = current == "-"
    if isIndented { take() }
    var anchor = ""
    while let scalar = current, scalar != "\n" {
      if scalar != "\r" { anchor.unicodeScalars.append(scalar) }
      take()
    }
    guard !anchor.isEmpty else { throw HCLError(start, "zero-length heredoc anchor") }
    take()
    var lines: [String] = []
    while current != nil {
      var text = ""
      while let scalar = current, scalar != "\n" {
        text.unicodeScalars.append(scalar)
        take()
      }
      let trimmed = text.drop { $0 == " " || $0 == "\t" }
      if trimmed == anchor { return Self.joined(lines, isIndented) }
      guard current != nil else { break }
      take()
      lines.append(text)
    }
    throw HCLError(position, "heredoc not terminated")
  }

  private static func joined(_ lines: [String], _ isIndented: Bool) -> String {
    let indents = lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " || $0 == "\t" }.count }
    let cut = isIndented ? indents.min() ?? 0 : 0
    return lines.map { $0.dropFirst(cut) + "\n" }.joined()
  }

  private mutating func number(from start: SourcePosition) throws(HCLError) -> String {
    var text = ""
    while let scalar = current, "-+.0123456789abcdefxABCDEFX".unicodeScalars.contains(scalar) {
      text.unicodeScalars.append(scalar)
      take()
    }
    return text
  }
}
