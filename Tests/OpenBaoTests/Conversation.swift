import Foundation

@testable import OpenBaoDouble

/// Requests that OpenBao and its double are both asked, one after the other; what one answers is part of later ones.
struct Conversation {
  struct Step: Sendable {
    var name: String
    var method = "POST"
    var path: String
    var body: JSONValue?
    /// The name of a token that was kept, `root`, or `nil` for none.
    var token: String? = "root"
    var headers: [String: String] = [:]
    /// Members of the answer to keep under a name: dotted path.
    var keep: [String: String] = [:]
  }

  /// What is compared: not what differs from run to run.
  struct Outcome: Codable, Hashable, Sendable {
    var name: String
    var status: Int
    var errors: [String]?
    /// The dotted paths of all members.
    var members: [String]
  }

  var values: [String: String]
  let send: (HTTPCall) async throws -> HTTPReply

  /// Carries out `steps`; `{name}` in a path or text is a value that was kept.
  mutating func run(_ steps: [Step]) async throws -> [Outcome] {
    var outcomes: [Outcome] = []
    for step in steps {
      var call = HTTPCall(method: step.method, target: "/v1/\(filled(step.path))", headers: step.headers)
      if let body = step.body { call.body = Array(filled(String(decoding: try body.bytes(), as: UTF8.self)).utf8) }
      if let token = step.token { call.headers["x-vault-token"] = values[token] ?? "no-token-\(token)" }
      let reply = try await send(call)
      for (name, path) in step.keep {
        var value = reply.json
        for part in path.split(separator: ".") { value = value[key: String(part)] }
        values[name] = value.text ?? ""
      }
      let json = reply.json
      let errors = json.members["errors"]?.elements.compactMap(\.text)
      outcomes.append(
        Outcome(
          name: step.name, status: reply.status, errors: errors,
          members: errors == nil ? Self.members(json, "").sorted() : []))
    }
    return outcomes
  }

  private func filled(_ text: String) -> String {
    var text = text
    for (name, value) in values {
      // Within JSON: a PEM text has newlines.
      text = text.replacingOccurrences(of: "{\(name)}", with: value.replacingOccurrences(of: "\n", with: "\\n"))
    }
    return text
  }

  private static func members(_ json: JSONValue, _ prefix: String) -> [String] {
    json.members.flatMap { name, value in
      let name = UUID(uuidString: name) == nil ? name : "UUID"
      return [prefix + name] + members(value, prefix + name + ".")
    }
  }
}
