import Diagnostics

/// A value of HashiCorp's configuration language, version 1, as OpenBao's configurations and policies use it.
indirect enum HCLValue: Sendable, Hashable {
  case string(String)
  case number(Int)
  case decimal(Double)
  case boolean(Bool)
  case list([HCLValue])
  case object(HCLBody)

  /// What a refusal calls it.
  var kind: String {
    switch self {
    case .string: "string"
    case .number, .decimal: "number"
    case .boolean: "bool"
    case .list: "list"
    case .object: "object"
    }
  }
}

/// What stands between braces, or in a whole document.
struct HCLBody: Sendable, Hashable {
  /// In the text's order; a key may be there more than once.
  var items: [HCLItem] = []
  /// Where it begins.
  var position = SourcePosition(line: 1, column: 1)

  /// All items of that name.
  func all(_ key: String) -> [HCLItem] { items.filter { $0.key == key } }
}

/// An attribute (`key = value`) or a block (`key "label" { … }`): the language itself does not tell them apart.
struct HCLItem: Sendable, Hashable {
  var key: String
  var labels: [String]
  var value: HCLValue
  var position: SourcePosition
}

/// A text that is not the language, or not what its reader takes. Its words are `At LINE:COLUMN: …`, as upstream's parser
/// says it.
struct HCLError: Error, Sendable, Hashable, CustomStringConvertible {
  var position: SourcePosition
  var message: String

  init(_ position: SourcePosition, _ message: String) {
    self.position = position
    self.message = message
  }

  var description: String { "At \(position.line):\(position.column): \(message)" }
}
