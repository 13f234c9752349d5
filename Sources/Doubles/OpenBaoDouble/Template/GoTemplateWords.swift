/// Cuts an action into its words (Go, text/template/parse/lex.go).
enum GoTemplateWords {
  enum Word: Sendable, Hashable {
    case name(String), field([String]), literal(JSONValue), pipe, open, close
  }

  /// The words of an action's inside. A comment has none.
  static func words(of action: String) throws(GoTemplateError) -> [Word] {
    var found: [Word] = []
    var rest = Substring(action)
    if rest.drop(while: \.isWhitespace).hasPrefix("/*") { return [] }
    while let first = rest.first {
      switch first {
      case _ where first.isWhitespace: rest.removeFirst()
      case "|": found.append(take(.pipe, &rest))
      case "(": found.append(take(.open, &rest))
      case ")": found.append(take(.close, &rest))
      case "\"": found.append(.literal(.string(try quoted(&rest))))
      case "`":
        let body = rest.dropFirst().prefix { $0 != "`" }
        guard body.endIndex < rest.endIndex else { throw GoTemplateError("unterminated raw quoted string") }
        found.append(.literal(.string(String(body))))
        rest = rest[rest.index(after: body.endIndex)...]
      case ".":
        let chain = rest.prefix { isWord($0) || $0 == "." }
        rest = rest[chain.endIndex...]
        let names = chain.split(separator: ".").map(String.init)
        guard !chain.contains("..") && (chain == "." || chain.last != ".") else {
          throw GoTemplateError("unexpected . after term \"\(chain)\"")
        }
        found.append(.field(names))
      case _ where first.isNumber || first == "-":
        let digits = rest.prefix { $0.isNumber || $0 == "-" }
        guard let number = Int(digits) else { throw GoTemplateError("bad number syntax: \"\(digits)\"") }
        rest = rest[digits.endIndex...]
        found.append(.literal(.integer(number)))
      case _ where isWord(first):
        let name = rest.prefix(while: isWord)
        rest = rest[name.endIndex...]
        guard rest.first.map({ $0.isWhitespace || $0 == "|" || $0 == ")" || $0 == "(" }) ?? true else {
          throw GoTemplateError("unexpected \"\(rest.first.map(String.init) ?? "")\" after \(name)")
        }
        found.append(.name(String(name)))
      default: throw GoTemplateError("unexpected \"\(first)\" in operand")
      }
    }
    return found
  }

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }

  private static func take(_ word: Word, _ rest: inout Substring) -> Word {
    rest.removeFirst()
    return word
  }

  private static func quoted(_ rest: inout Substring) throws(GoTemplateError) -> String {
    rest.removeFirst()
    var text = ""
    while let character = rest.popFirst() {
      switch character {
      case "\"": return text
      case "\\":
        switch rest.popFirst() {
        case "n": text.append("\n")
        case "t": text.append("\t")
        case "\"": text.append("\"")
        case "\\": text.append("\\")
        default: throw GoTemplateError("invalid syntax in quoted string")
        }
      default: text.append(character)
      }
    }
    throw GoTemplateError("unterminated quoted string")
  }
}
