/// kubectl's JSONPath templates, as far as `{range}`, fields, `[*]` and quoted text go
/// (k8s.io/client-go, `util/jsonpath`).
struct JSONPath: Sendable {
  private indirect enum Part: Sendable {
    case text(String)
    case field([String])
    case range([String], [Part])
  }

  private let parts: [Part]

  init(_ template: String) throws(Refusal) {
    var rest = Substring(template)
    parts = try Self.parse(&rest, isInner: false)
  }

  func text(of value: JSON) -> String { Self.text(parts, value) }

  private static func parse(_ rest: inout Substring, isInner: Bool) throws(Refusal) -> [Part] {
    var parts: [Part] = []
    while let first = rest.first {
      guard first == "{" else {
        let plain = rest.prefix { $0 != "{" }
        parts.append(.text(String(plain)))
        rest = rest.dropFirst(plain.count)
        continue
      }
      let action = try takeAction(&rest)
      if action == "end" {
        guard isInner else { throw Refusal("error parsing jsonpath: not in range, nothing to end") }
        return parts
      }
      if action.hasPrefix("range ") {
        parts.append(.range(fields(action.dropFirst(6)), try parse(&rest, isInner: true)))
      } else if action.hasPrefix("\"") {
        let text = String(action.dropFirst().dropLast())
        parts.append(.text(text.replacing("\\n", with: "\n").replacing("\\t", with: "\t")))
      } else if action.hasPrefix(".") {
        parts.append(.field(fields(action[...])))
      } else {
        throw Refusal("error parsing jsonpath {\(action)}: unrecognized identifier")
      }
    }
    if isInner { throw Refusal("error parsing jsonpath: unterminated range") }
    return parts
  }

  private static func takeAction(_ rest: inout Substring) throws(Refusal) -> String {
    var isQuoted = false
    var action = ""
    rest = rest.dropFirst()
    while let next = rest.popFirst() {
      if next == "\"" { isQuoted.toggle() }
      if next == "}", !isQuoted { return action }
      action.append(next)
    }
    throw Refusal("error parsing jsonpath {\(action): unclosed action")
  }

  private static func fields(_ text: Substring) -> [String] {
    text.replacing("[*]", with: ".*").split(separator: ".").map { String($0).trimmingSpace }
  }

  private static func text(_ parts: [Part], _ value: JSON) -> String {
    parts.map { part in
      switch part {
      case .text(let text): text
      case .field(let path): values(path[...], of: value).map(plain).joined(separator: " ")
      case .range(let path, let inner): values(path[...], of: value).map { text(inner, $0) }.joined()
      }
    }.joined()
  }

  private static func values(_ path: ArraySlice<String>, of value: JSON) -> [JSON] {
    guard let first = path.first else { return value == .null ? [] : [value] }
    if first == "*" {
      return (value.items ?? Array((value.members ?? [:]).values)).flatMap { values(path.dropFirst(), of: $0) }
    }
    return values(path.dropFirst(), of: value[first])
  }

  private static func plain(_ value: JSON) -> String { value.string ?? value.text }
}

extension String {
  fileprivate var trimmingSpace: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
