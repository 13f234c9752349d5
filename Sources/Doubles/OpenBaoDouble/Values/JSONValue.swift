import Foundation

/// A JSON value as the API carries it. Objects are written with sorted keys.
public enum JSONValue: Sendable, Hashable, Codable {
  /// `null`.
  case null
  /// `true` or `false`.
  case boolean(Bool)
  /// A number without fraction.
  case integer(Int)
  /// Another number.
  case decimal(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object.
  case object([String: JSONValue])

  /// Decodes any JSON value.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .decimal(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Encodes it.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .boolean(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .decimal(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let members): try container.encode(members)
    }
  }

  /// The value that `bytes` are.
  public static func parse(_ bytes: [UInt8]) throws -> JSONValue {
    try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
  }

  /// Its text.
  public func bytes() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }

  /// A member of an object; ``null`` where there is none.
  public subscript(key key: String) -> JSONValue {
    get { members[key] ?? .null }
    set {
      var changed = members
      changed[key] = newValue
      self = .object(changed)
    }
  }

  /// The members, of an object only.
  public var members: [String: JSONValue] {
    if case .object(let members) = self { members } else { [:] }
  }

  /// The elements, of an array only.
  public var elements: [JSONValue] {
    if case .array(let elements) = self { elements } else { [] }
  }

  /// The text, of a string only.
  public var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The number, of an integer only.
  public var integer: Int? {
    if case .integer(let integer) = self { integer } else { nil }
  }

  /// Whether it is `true`.
  public var isTrue: Bool { self == .boolean(true) }
  /// Whether it is `null`.
  public var isNull: Bool { self == .null }
  /// The texts of an array of strings.
  var texts: [String] { elements.compactMap(\.text) }

  static func strings(_ texts: some Sequence<String>) -> JSONValue { .array(texts.map { .string($0) }) }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral
{
  /// ``string(_:)``
  public init(stringLiteral value: String) { self = .string(value) }
  /// ``integer(_:)``
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// ``boolean(_:)``
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  /// ``object(_:)``
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements) { $1 })
  }
  /// ``array(_:)``
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
}

extension HCLValue {
  /// The same value in JSON. A later attribute of a name replaces an earlier one.
  var json: JSONValue {
    switch self {
    case .string(let text): .string(text)
    case .number(let number): .integer(number)
    case .decimal(let decimal): .decimal(decimal)
    case .boolean(let value): .boolean(value)
    case .list(let values): .array(values.map(\.json))
    case .object(let body): .object(Dictionary(body.items.map { ($0.key, $0.value.json) }) { $1 })
    }
  }
}
