/// Reads a template (Go, text/template/parse).
struct GoTemplateParser {
  private enum Piece { case text(String), action(String) }
  private var pieces: ArraySlice<Piece>
  private let functions: Set<String>

  /// The template that `text` is; `functions` are the ones it may call.
  static func template(_ text: String, functions: Set<String>) throws(GoTemplateError) -> [GoTemplateNode] {
    var parser = GoTemplateParser(pieces: try cut(text)[...], functions: functions)
    let (nodes, end) = try parser.nodes()
    guard end == nil else { throw GoTemplateError("unexpected {{\(end ?? "")}}") }
    return nodes
  }

  private static func cut(_ text: String) throws(GoTemplateError) -> [Piece] {
    var pieces: [Piece] = []
    var rest = Substring(text)
    var trimsNext = false
    while let open = rest.firstRange(of: "{{") {
      var before = rest[..<open.lowerBound]
      rest = rest[open.upperBound...]
      guard let close = Self.close(rest) else { throw GoTemplateError("unclosed action") }
      var action = rest[..<close.lowerBound]
      rest = rest[close.upperBound...]
      if trimsNext { before = before.drop { $0.isWhitespace } }
      trimsNext = false
      if action.hasPrefix("- ") || action == "-" {
        action = action.dropFirst()
        while before.last?.isWhitespace == true { before.removeLast() }
      }
      if action.hasSuffix(" -") {
        action = action.dropLast()
        trimsNext = true
      }
      if !before.isEmpty { pieces.append(.text(String(before))) }
      pieces.append(.action(String(action)))
    }
    if trimsNext { rest = rest.drop { $0.isWhitespace } }
    if !rest.isEmpty { pieces.append(.text(String(rest))) }
    return pieces
  }

  // A closing delimiter inside a quoted word is none.
  private static func close(_ text: Substring) -> Range<Substring.Index>? {
    var quote: Character?
    var index = text.startIndex
    while index < text.endIndex {
      let character = text[index]
      if let open = quote {
        if character == "\\" && open == "\"" {
          index = text.index(after: index)
        } else if character == open {
          quote = nil
        }
        if index >= text.endIndex { return nil }
      } else if character == "\"" || character == "`" {
        quote = character
      } else if text[index...].hasPrefix("}}") {
        return index..<text.index(index, offsetBy: 2)
      } else if character == "\n" {
        return nil
      }
      index = text.index(after: index)
    }
    return nil
  }

  private mutating func nodes() throws(GoTemplateError) -> ([GoTemplateNode], String?) {
    var found: [GoTemplateNode] = []
    while let piece = pieces.popFirst() {
      switch piece {
      case .text(let text): found.append(.text(text))
      case .action(let action):
        let words = try GoTemplateWords.words(of: action)
        switch words.first {
        case .name("end"), .name("else"): return (found, words.first == .name("end") ? "end" : "else")
        case .name("with"):
          let (body, otherwise) = try branches()
          found.append(.with(try pipeline(words.dropFirst()), body, otherwise: otherwise))
        case .name("if"):
          let (body, otherwise) = try branches()
          found.append(.condition(try pipeline(words.dropFirst()), body, otherwise: otherwise))
        case .name("range"):
          let (body, otherwise) = try branches()
          found.append(.range(try pipeline(words.dropFirst()), body, otherwise: otherwise))
        case nil where action.contains("/*"): break
        case nil: throw GoTemplateError("missing value for command")
        default: found.append(.output(try pipeline(words[...])))
        }
      }
    }
    return (found, nil)
  }

  private mutating func branches() throws(GoTemplateError) -> ([GoTemplateNode], [GoTemplateNode]) {
    let (body, end) = try nodes()
    guard let end else { throw GoTemplateError("unexpected EOF") }
    guard end == "else" else { return (body, []) }
    let (otherwise, last) = try nodes()
    guard last == "end" else { throw GoTemplateError("expected end; found \(last.map { "{{\($0)}}" } ?? "EOF")") }
    return (body, otherwise)
  }

  private func pipeline(_ words: ArraySlice<GoTemplateWords.Word>) throws(GoTemplateError) -> GoPipeline {
    var rest = words
    let found = try pipeline(&rest)
    guard rest.isEmpty else { throw GoTemplateError("unexpected \")\" in operand") }
    return found
  }

  private func pipeline(_ words: inout ArraySlice<GoTemplateWords.Word>) throws(GoTemplateError) -> GoPipeline {
    var commands: [[GoOperand]] = [[]]
    loop: while let word = words.first {
      switch word {
      case .close: break loop
      case .pipe:
        guard !commands[commands.count - 1].isEmpty else { throw GoTemplateError("missing value for command") }
        commands.append([])
        words.removeFirst()
      case .open:
        words.removeFirst()
        commands[commands.count - 1].append(.pipeline(try pipeline(&words)))
        guard words.popFirst() == .close else { throw GoTemplateError("unclosed left paren") }
      default:
        words.removeFirst()
        commands[commands.count - 1].append(try operand(word))
      }
    }
    guard commands.allSatisfy({ !$0.isEmpty }) else { throw GoTemplateError("missing value for command") }
    return GoPipeline(commands: commands)
  }

  private func operand(_ word: GoTemplateWords.Word) throws(GoTemplateError) -> GoOperand {
    switch word {
    case .field(let names): return .field(names)
    case .literal(let value): return .literal(value)
    case .name("true"): return .literal(true)
    case .name("false"): return .literal(false)
    case .name("nil"): return .literal(.null)
    case .name(let name):
      guard functions.contains(name) else { throw GoTemplateError("function \"\(name)\" not defined") }
      return .function(name)
    default: throw GoTemplateError("unexpected word in operand")
    }
  }
}
