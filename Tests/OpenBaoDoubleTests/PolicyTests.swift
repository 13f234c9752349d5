import Testing

@testable import OpenBaoDouble

/// OpenBao's documentation, "Policies": globs, segments, and which of several rules counts.
@Suite("OpenBao's double: policies")
struct PolicyTests {
  static let cases: [(String, String, Set<String>)] = [
    ("path \"kv/data/a\" { capabilities = [\"read\"] }", "kv/data/a", ["read"]),
    ("path \"kv/data/a\" { capabilities = [\"read\"] }", "kv/data/ab", []),
    ("path \"kv/*\" { capabilities = [\"read\"] }", "kv/data/ab", ["read"]),
    ("path \"kv/+/a\" { capabilities = [\"list\"] }", "kv/data/a", ["list"]),
    ("path \"kv/+/a\" { capabilities = [\"list\"] }", "kv/data/x/a", []),
    ("path \"*\" { capabilities = [\"read\"] }\npath \"kv/*\" { capabilities = [\"deny\"] }", "kv/data/a", []),
    (
      "path \"kv/*\" { capabilities = [\"deny\"] }\npath \"kv/data/a\" { capabilities = [\"read\"] }", "kv/data/a",
      ["read"]
    ),
    (
      "path \"pki/issue/x-{{identity.entity.aliases.acc.name}}\" { capabilities = [\"update\"] }",
      "pki/issue/x-worker-1", ["update"]
    ),
    (
      "path \"pki/issue/x-{{identity.entity.aliases.acc.name}}\" { capabilities = [\"update\"] }",
      "pki/issue/x-worker-2", []
    ),
    ("path \"pki/issue/x-{{identity.entity.aliases.other.name}}\" { capabilities = [\"update\"] }", "pki/issue/x-", []),
  ]

  @Test("a path has the capabilities of its most specific rule", arguments: cases)
  func capabilities(_ text: String, _ path: String, _ wanted: Set<String>) throws {
    let identity = Identity(entityID: "e", entityName: "n", aliases: ["acc": "worker-1"])
    #expect(Policy.capabilities([try Policy(text)], on: path, identity: identity) == wanted)
  }

  @Test("an alias that would widen its rule gives nothing", arguments: ["*", "a/b", "+"])
  func hostileAlias(_ name: String) throws {
    let policy = try Policy("path \"x/{{identity.entity.aliases.acc.name}}\" { capabilities = [\"read\"] }")
    let identity = Identity(entityID: "e", entityName: "n", aliases: ["acc": name])
    #expect(Policy.capabilities([policy], on: "x/\(name)", identity: identity).isEmpty)
  }
}
