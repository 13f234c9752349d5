import Diagnostics

/// A policy: what its holder may do on which paths (OpenBao, `vault/policy.go`, `vault/acl.go`).
struct Policy: Sendable, Hashable {
  struct Rule: Sendable, Hashable {
    var path: String
    var capabilities: [String]
  }

  var rules: [Rule]

  private static let capabilities: Set<String> = [
    "deny", "create", "read", "update", "delete", "list", "sudo", "patch", "scan",
  ]

  /// The policy that `text` is; throws 400 with upstream's words.
  init(_ text: String) throws(APIError) {
    let words = "failed to parse policy: "
    let body: HCLBody
    do throws(HCLError) { body = try HCLParser.document(text) } catch { throw APIError(words + error.description) }
    rules = []
    for item in body.items {
      guard item.key == "path" || item.key == "name" else {
        throw APIError(words + "1 error occurred:\n\t* invalid key \"\(item.key)\" on line \(item.position.line)\n\n")
      }
      guard item.key == "path" else { continue }
      guard let path = item.labels.first, case .object(let inner) = item.value else {
        throw APIError(words + "path must have a label and a block")
      }
      let known: Set<String> = [
        "comment", "policy", "capabilities", "allowed_parameters", "denied_parameters", "required_parameters",
        "min_wrapping_ttl", "max_wrapping_ttl", "expiration",
      ]
      if let other = inner.items.first(where: { !known.contains($0.key) }) {
        throw APIError(
          words
            + "1 error occurred:\n\t* path \"\(path)\": invalid key \"\(other.key)\" on line \(other.position.line)\n\n"
        )
      }
      guard inner.items.allSatisfy({ $0.key == "capabilities" || $0.key == "comment" }) else {
        throw APIError(words + "path \"\(path)\": the double knows only capabilities")
      }
      let given = inner.all("capabilities").flatMap { $0.value.json.texts }
      if let bad = given.first(where: { !Self.capabilities.contains($0) }) {
        throw APIError(words + "path \"\(path)\": invalid capability \"\(bad)\"")
      }
      rules.append(Rule(path: path, capabilities: given))
    }
  }

  /// What the policies together allow on `path`; of several matching rules the most specific counts.
  static func capabilities(_ policies: [Policy], on path: String, identity: Identity) -> Set<String> {
    var best: (priority: Priority, capabilities: Set<String>)?
    for policy in policies {
      for rule in policy.rules {
        guard let pattern = identity.filled(rule.path), matches(pattern, path) else { continue }
        let priority = Priority(pattern)
        if best.map({ $0.priority < priority }) ?? true {
          best = (priority, Set(rule.capabilities))
        } else if best?.priority == priority {
          best?.capabilities.formUnion(rule.capabilities)
        }
      }
    }
    guard let found = best?.capabilities, !found.contains("deny") else { return [] }
    return found
  }

  /// A rule is lower the earlier its first wildcard, then with a glob at its end, then the more `+` it has, then the shorter.
  private struct Priority: Comparable {
    var firstWildcard: Int
    var isExact: Bool
    var segments: Int
    var length: Int
    var text: String

    init(_ pattern: String) {
      firstWildcard =
        pattern.firstIndex { $0 == "+" || $0 == "*" }
        .map { pattern.distance(from: pattern.startIndex, to: $0) } ?? .max
      isExact = !pattern.hasSuffix("*")
      segments = -pattern.split(separator: "/").count { $0 == "+" }
      length = pattern.count
      text = pattern
    }

    static func < (left: Priority, right: Priority) -> Bool {
      if left.firstWildcard != right.firstWildcard { return left.firstWildcard < right.firstWildcard }
      if left.isExact != right.isExact { return right.isExact }
      if left.segments != right.segments { return left.segments < right.segments }
      if left.length != right.length { return left.length < right.length }
      return left.text < right.text
    }
  }

  private static func matches(_ pattern: String, _ path: String) -> Bool {
    let isPrefix = pattern.hasSuffix("*")
    let wanted = (isPrefix ? String(pattern.dropLast()) : pattern).split(
      separator: "/", omittingEmptySubsequences: false)
    let given = path.split(separator: "/", omittingEmptySubsequences: false)
    guard isPrefix ? given.count >= wanted.count : given.count == wanted.count else { return false }
    for (index, segment) in wanted.enumerated() {
      if segment == "+" { continue }
      let isLast = index == wanted.count - 1
      guard isLast && isPrefix ? given[index].hasPrefix(segment) : given[index] == segment else { return false }
    }
    return true
  }
}

/// Who holds a token, for policies that are templates (OpenBao, "Templated policies").
struct Identity: Sendable, Hashable {
  var entityID = ""
  var entityName = ""
  /// The alias's name at each login method's accessor.
  var aliases: [String: String] = [:]

  /// A path with its templates filled in; `nil` where one has no value, and the rule then allows nothing.
  func filled(_ path: String) -> String? {
    var text = ""
    var rest = Substring(path)
    while let open = rest.firstRange(of: "{{") {
      guard let close = rest[open.upperBound...].firstRange(of: "}}") else { return nil }
      text += rest[..<open.lowerBound]
      let name = rest[open.upperBound..<close.lowerBound].filter { !$0.isWhitespace }
      guard let value = value(of: name), !value.isEmpty, !value.contains(where: { "*+/".contains($0) }) else {
        return nil
      }
      text += value
      rest = rest[close.upperBound...]
    }
    return text + rest
  }

  private func value(of name: String) -> String? {
    if name == "identity.entity.id" { return entityID }
    if name == "identity.entity.name" { return entityName }
    let parts = name.split(separator: ".")
    guard parts.count == 5, parts[..<3] == ["identity", "entity", "aliases"], parts[4] == "name" else { return nil }
    return aliases[String(parts[3])]
  }
}
