/// A template that was read, ready to be carried out.
struct GoTemplate: Sendable, Hashable {
  /// A function of a template: arguments in order, the piped one last. Its result is the value, or throws.
  typealias Function = ([JSONValue]) async throws -> JSONValue

  private let nodes: [GoTemplateNode]

  /// Reads `text`, which may call `functions` besides ``builtIn``.
  init(_ text: String, functions: Set<String> = []) throws(GoTemplateError) {
    nodes = try GoTemplateParser.template(text, functions: functions.union(Self.builtIn))
  }

  /// What every template may call: of Go's own, and of consul-template's, those without a source of data.
  static let builtIn: Set<String> = [
    "printf", "print", "len", "not", "eq", "trimSpace", "toUpper", "toLower", "base64Decode", "base64Encode", "join",
    "index",
  ]

  /// The text that it makes of `data`. With `errorOnMissingKey` an absent field is an error, otherwise `<no value>`.
  func text(
    of data: JSONValue, errorOnMissingKey: Bool, functions: [String: Function] = [:]
  ) async throws -> String {
    let run = GoTemplateRun(errorOnMissingKey: errorOnMissingKey, functions: functions)
    return try await run.text(nodes, data)
  }
}

private struct GoTemplateRun {
  var errorOnMissingKey: Bool
  var functions: [String: GoTemplate.Function]

  func text(_ nodes: [GoTemplateNode], _ dot: JSONValue) async throws -> String {
    var text = ""
    for node in nodes {
      switch node {
      case .text(let plain): text += plain
      case .output(let pipeline): text += Self.shown(try await value(pipeline, dot))
      case .with(let pipeline, let body, let otherwise):
        let value = try await value(pipeline, dot)
        text += Self.isTrue(value) ? try await self.text(body, value) : try await self.text(otherwise, dot)
      case .condition(let pipeline, let body, let otherwise):
        text += try await self.text(Self.isTrue(try await value(pipeline, dot)) ? body : otherwise, dot)
      case .range(let pipeline, let body, let otherwise):
        let value = try await value(pipeline, dot)
        let elements = value.elements + value.members.sorted { $0.key < $1.key }.map(\.value)
        if elements.isEmpty { text += try await self.text(otherwise, dot) }
        for element in elements { text += try await self.text(body, element) }
      }
    }
    return text
  }

  private func value(_ pipeline: GoPipeline, _ dot: JSONValue) async throws -> JSONValue {
    var piped: JSONValue?
    for command in pipeline.commands {
      guard let first = command.first else { throw GoTemplateError("missing value for command") }
      guard case .function(let name) = first else {
        guard command.count == 1, piped == nil else { throw GoTemplateError("can't give argument to non-function") }
        piped = try await value(first, dot)
        continue
      }
      var arguments: [JSONValue] = []
      for operand in command.dropFirst() { arguments.append(try await value(operand, dot)) }
      if let piped { arguments.append(piped) }
      if let function = functions[name] {
        piped = try await function(arguments)
      } else {
        piped = try GoFunctions.call(name, arguments)
      }
    }
    return piped ?? .null
  }

  private func value(_ operand: GoOperand, _ dot: JSONValue) async throws -> JSONValue {
    switch operand {
    case .literal(let value): return value
    case .pipeline(let pipeline): return try await value(pipeline, dot)
    case .function(let name):
      if let function = functions[name] { return try await function([]) }
      return try GoFunctions.call(name, [])
    case .field(let names):
      var value = dot
      for name in names {
        guard case .object(let members) = value else {
          guard value != .null else {
            if errorOnMissingKey { throw GoTemplateError("nil pointer evaluating interface {}.\(name)") }
            return .null
          }
          throw GoTemplateError("can't evaluate field \(name)")
        }
        guard let member = members[name] else {
          if errorOnMissingKey { throw GoTemplateError("map has no entry for key \"\(name)\"") }
          return .null
        }
        value = member
      }
      return value
    }
  }

  static func isTrue(_ value: JSONValue) -> Bool {
    switch value {
    case .null, .boolean(false), .string(""), .integer(0), .array([]): false
    case .object(let members): !members.isEmpty
    default: true
    }
  }

  static func shown(_ value: JSONValue) -> String {
    switch value {
    case .null: "<no value>"
    case .string(let text): text
    case .integer(let number): String(number)
    case .decimal(let number): String(number)
    case .boolean(let value): String(value)
    case .array(let values): "[\(values.map(shown).joined(separator: " "))]"
    case .object(let members):
      "map[\(members.sorted { $0.key < $1.key }.map { "\($0.key):\(shown($0.value))" }.joined(separator: " "))]"
    }
  }
}
