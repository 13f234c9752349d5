import Foundation

/// The functions that need nothing but their arguments.
enum GoFunctions {
  static func call(_ name: String, _ arguments: [JSONValue]) throws(GoTemplateError) -> JSONValue {
    switch name {
    case "printf": return .string(try formatted(arguments))
    case "print": return .string(arguments.map(shown).joined())
    case "len": return .integer(try argument(name, arguments).text?.utf8.count ?? arguments[0].elements.count)
    case "not": return .boolean([.null, .boolean(false), .string("")].contains(try argument(name, arguments)))
    case "eq": return .boolean(arguments.dropFirst().contains { $0 == arguments[0] })
    case "trimSpace":
      return .string(try text(name, arguments).trimmingCharacters(in: .whitespacesAndNewlines))
    case "toUpper": return .string(try text(name, arguments).uppercased())
    case "toLower": return .string(try text(name, arguments).lowercased())
    case "base64Encode": return .string(Data(try text(name, arguments).utf8).base64EncodedString())
    case "base64Decode":
      guard let data = Data(base64Encoded: try text(name, arguments)) else {
        throw GoTemplateError("error calling base64Decode: illegal base64 data")
      }
      return .string(String(decoding: data, as: UTF8.self))
    case "join":
      guard arguments.count == 2, let separator = arguments[0].text else { throw wrong(name, arguments, 2) }
      return .string(arguments[1].elements.map(shown).joined(separator: separator))
    case "index":
      guard arguments.count == 2 else { throw wrong(name, arguments, 2) }
      if let key = arguments[1].text { return arguments[0][key: key] }
      guard let index = arguments[1].integer, arguments[0].elements.indices.contains(index) else {
        throw GoTemplateError("error calling index: index out of range")
      }
      return arguments[0].elements[index]
    default: throw GoTemplateError("function \"\(name)\" not defined")
    }
  }

  private static func wrong(_ name: String, _ arguments: [JSONValue], _ count: Int) -> GoTemplateError {
    GoTemplateError("wrong number of args for \(name): want \(count) got \(arguments.count)")
  }

  private static func argument(_ name: String, _ arguments: [JSONValue]) throws(GoTemplateError) -> JSONValue {
    guard arguments.count == 1 else { throw wrong(name, arguments, 1) }
    return arguments[0]
  }

  private static func text(_ name: String, _ arguments: [JSONValue]) throws(GoTemplateError) -> String {
    guard let text = try argument(name, arguments).text else {
      throw GoTemplateError("wrong type for value; expected string")
    }
    return text
  }

  private static func shown(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): text
    case .integer(let number): String(number)
    case .boolean(let value): String(value)
    case .null: "<nil>"
    default: "\(value)"
    }
  }

  private static func formatted(_ arguments: [JSONValue]) throws(GoTemplateError) -> String {
    guard let format = arguments.first?.text else { throw GoTemplateError("wrong type for value; expected string") }
    var rest = arguments.dropFirst()
    var text = ""
    var characters = Substring(format)
    while let character = characters.popFirst() {
      guard character == "%" else {
        text.append(character)
        continue
      }
      switch characters.popFirst() {
      case "%": text.append("%")
      case "s", "v", "d": text += rest.popFirst().map(shown) ?? "%!(MISSING)"
      case "q": text += "\"\(rest.popFirst().map(shown) ?? "")\""
      case let verb: throw GoTemplateError("printf: the verb %\(verb.map(String.init) ?? "") is beyond this double")
      }
    }
    return text
  }
}
