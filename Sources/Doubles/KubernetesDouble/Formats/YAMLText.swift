import Yams

/// YAML as Kubernetes reads it: turned into JSON, plain words resolved as YAML 1.1 does, a key twice is an error.
enum YAMLText {
  /// The documents of a stream; empty ones are left out.
  static func documents(_ text: String) throws(Refusal) -> [JSON] {
    do {
      var nodes = try Yams.compose_all(yaml: text)
      var values: [JSON] = []
      while let node = nodes.next() {
        let value = try json(node)
        if value != .null { values.append(value) }
      }
      // The sequence ends at a fault as at the end of the text.
      if let error = nodes.error { throw error }
      return values
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal("error converting YAML to JSON: yaml: \(error)")
    }
  }

  /// The one document of a text.
  static func document(_ text: String) throws(Refusal) -> JSON {
    let all = try documents(text)
    guard all.count == 1, let only = all.first else { throw Refusal("expected one YAML document, got \(all.count)") }
    return only
  }

  private static func json(_ node: Node) throws(Refusal) -> JSON {
    switch node {
    case .scalar(let scalar): return plain(scalar)
    case .sequence(let sequence):
      var items: [JSON] = []
      for item in sequence { items.append(try json(item)) }
      return .array(items)
    case .mapping(let mapping):
      var object: [String: JSON] = [:]
      for (key, value) in mapping {
        guard case .scalar(let name) = key else { throw Refusal("a key that is no word") }
        guard object[name.string] == nil else {
          throw Refusal("yaml: unmarshal errors: key \"\(name.string)\" already set in map")
        }
        object[name.string] = try json(value)
      }
      return .object(object)
    case .alias: throw Refusal("an alias, which no rendered file has")
    }
  }

  private static func plain(_ scalar: Node.Scalar) -> JSON {
    let text = scalar.string
    switch scalar.style {
    case .any, .plain: break
    default: return .string(text)
    }
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return true
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return false
    default: break
    }
    if let integer = Int64(text) { return .integer(integer) }
    if text.hasPrefix("0x"), let integer = Int64(text.dropFirst(2), radix: 16) { return .integer(integer) }
    let isNumeric = text.contains { $0.isNumber } && text.allSatisfy { $0.isNumber || "+-.eE".contains($0) }
    if isNumeric, let number = Double(text) { return .number(number) }
    return .string(text)
  }
}
