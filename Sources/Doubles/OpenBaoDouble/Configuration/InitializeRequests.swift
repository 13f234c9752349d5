import Diagnostics

extension ServerConfiguration.InitializeRequest {
  private static let operations = ["create", "read", "update", "patch", "delete", "list", "scan"]

  /// The requests of all `initialize` blocks in their order (OpenBao, "Self-Initialization").
  static func all(in fields: HCLFields) -> [Self] {
    var requests: [Self] = []
    var blocks: Set<String> = []
    for (labels, body, position) in fields.blocks("initialize") {
      guard labels.count == 1 else {
        fields.refuse("error parsing 'initialize': initialize type must be specified", at: position)
        continue
      }
      if !blocks.insert(labels[0]).inserted {
        fields.refuse("duplicate outer block name '\(labels[0])' found", at: position)
      }
      let inner = HCLFields(body, in: "initialize")
      var names: Set<String> = []
      for (names1, body, position) in inner.blocks("request") {
        guard names1.count == 1 else {
          inner.refuse("error parsing 'initialize': root.request: map must have string keys", at: position)
          continue
        }
        if !names.insert(names1[0]).inserted {
          inner.refuse("duplicate request name '\(names1[0])' in outer block '\(labels[0])'", at: position)
        }
        let request = HCLFields(body, in: "request")
        requests.append(Self(request, block: labels[0], name: names1[0]))
        inner.add(request.finished())
      }
      fields.add(inner.finished())
    }
    return requests
  }

  private init(_ fields: HCLFields, block: String, name: String) {
    self.block = block
    self.name = name
    operation = fields.string("operation") ?? ""
    path = fields.string("path") ?? ""
    allowsFailure = fields.boolean("allow_failure") ?? false
    data = .object([:])
    switch fields.value("data") {
    case nil: break
    case .object(let body)?: data = HCLValue.object(body).json
    case let other?:
      fields.refuse(
        "data: '' expected type 'map[string]interface {}', got unconvertible type '\(other.kind)'",
        at: fields.position("data"))
    }
    if !Self.operations.contains(operation) {
      fields.refuse(
        "\(name): cannot handle internal-only request operation \"\(operation)\"", at: fields.position("operation"))
    }
    if path.isEmpty { fields.refuse("error parsing 'request': \(name): path is required") }
    for fault in InitializeValue.faults(in: data) { fields.refuse(fault, at: fields.position("data")) }
  }
}

/// A value of a self-init request that comes from elsewhere: an object with `eval_source` (OpenBao, `helper/profiles`).
enum InitializeValue {
  /// What is wrong with the sources in `value`, as far as its text tells.
  static func faults(in value: JSONValue) -> [String] {
    guard case .object(let members) = value else { return value.elements.flatMap(faults) }
    guard let source = members["eval_source"]?.text else { return members.values.flatMap(faults) }
    var found: [String] = []
    let type = members["eval_type"]?.text ?? ""
    if !["string", "int", "float64", "bool", "map", "slice", "any"].contains(type) {
      found.append("failed to convert value to type '\(type)': unsupported type conversion: \(type)")
    }
    switch source {
    case "file": if members["path"]?.text == nil { found.append("eval_source \"file\" is missing its path") }
    case "env": if members["env_var"]?.text == nil { found.append("eval_source \"env\" is missing its env_var") }
    case "template":
      guard let text = members["template"]?.text else {
        return found + ["eval_source \"template\" is missing its template"]
      }
      do throws(GoTemplateError) { _ = try GoTemplate(text) } catch {
        found.append("unable to parse template: \(error)")
      }
    case "response", "request": break
    default: found.append("unknown value for 'eval_source': \(source)")
    }
    return found
  }

  /// `value` with everything put in that comes from elsewhere. `history` holds the requests and responses so far.
  static func resolved(_ value: JSONValue, history: JSONValue) async throws -> JSONValue {
    switch value {
    case .array(let elements):
      var found: [JSONValue] = []
      for element in elements { found.append(try await resolved(element, history: history)) }
      return .array(found)
    case .object(let members):
      guard let source = members["eval_source"]?.text else {
        var found: [String: JSONValue] = [:]
        for (name, member) in members { found[name] = try await resolved(member, history: history) }
        return .object(found)
      }
      return try await evaluated(source, members, history)
    default: return value
    }
  }

  private static func evaluated(
    _ source: String, _ members: [String: JSONValue], _ history: JSONValue
  ) async throws -> JSONValue {
    switch source {
    case "file": return .string(try FileText.contents(of: members["path"]?.text ?? ""))
    case "env": return .string(Environment.value(of: members["env_var"]?.text ?? "") ?? "")
    case "template":
      let template = try GoTemplate(members["template"]?.text ?? "")
      return .string(try await template.text(of: history, errorOnMissingKey: true))
    default: throw GoTemplateError("eval_source \"\(source)\" is beyond this double")
    }
  }
}
