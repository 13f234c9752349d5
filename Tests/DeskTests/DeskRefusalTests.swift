import Foundation
import TestSupport
import Testing

/// What the desk refuses, each in words, and that nothing on it is changed by the attempt.
@Suite("The desk refuses", .enabled(if: ExampleDesk.isPossible, ExampleDesk.whyNot))
struct DeskRefusalTests {
  /// Runs `body`, which must end with `status`, say `words` and change nothing on the desk.
  static func expectRefusal(
    _ desk: ExampleDesk, _ words: String, status: Int32 = 1, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Command
  ) throws {
    var command: Command?
    let changes = try desk.changes { command = try body() }
    let ended = try #require(command)
    #expect(ended.status == status, "\(ended.output)\(ended.errors)", sourceLocation: sourceLocation)
    #expect(ended.errors.contains(words), "\(ended.errors)", sourceLocation: sourceLocation)
    #expect(!(ended.output + ended.errors).contains("Fatal"), sourceLocation: sourceLocation)
    #expect(changes == [], sourceLocation: sourceLocation)
  }

  // MARK: Names

  private static let key = ["--key-passphrase-file", "root.passphrase"]

  @Test(
    "names that there are not",
    arguments: [
      (["pki", "issue"], ["--renew", "worker-9.login"], "nothing here is called worker-9.login"),
      (["pki", "issue"], ["--rekey", "worker-1"], "nothing here is called worker-1:"),
      (["pki", "issue"], ["--renew", "bootstrap", "--rekey", "nobody"], "nothing here is called nobody"),
      (["pki", "issue"], ["--rekey", "low-layer-root"], "a new root is a new hierarchy"),
      (["pki", "revoke"], ["org-nobody"], "no certificate is called 'org-nobody'"),
      (["pki", "revoke"], ["org-acme", "org-nobody"], "no certificate is called 'org-nobody'"),
      (["pki", "revoke"], ["low-layer-root"], "nothing stands above the root"),
      (["pki", "export"], ["nobody", "--out", "x.pem"] + key, "nothing here is called 'nobody'"),
      (["pki", "export"], ["low-layer-root", "--out", "x.pem"] + key, "nothing here is called 'low-layer-root'"),
      (["seal"], ["--node", "worker-9"], "no node 'worker-9'"),
      (["seal", "rotate"], ["--finish"], "no rotation has begun"),
    ])
  func unknownNames(words: [String], more: [String], said: String) throws {
    let desk = try ExampleDesk.copy()
    try Self.expectRefusal(desk, said) { try desk.run(words, more) }
  }

  private static let noLabels: [[String]] = [
    ["--organization", "Acme Ltd", "--domain", "acme.example"], ["--organization", "..", "--domain", "acme.example"],
    ["--organization", "../acme", "--domain", "acme.example"], ["--organization", "", "--domain", "acme.example"],
    ["--organization", "acme.anchor", "--domain", "acme.example"],
    ["--organization", "ac\nme", "--domain", "acme.example"],
    ["--organization", String(repeating: "a", count: 64), "--domain", "acme.example"],
    ["--administrator", "alice b"], ["--administrator", "../../alice"], ["--administrator", ""],
    ["--administrator", "alice\nsecret x 00"], ["--organization", "beta", "--domain", ""],
    ["--organization", "beta", "--domain", "*.beta.example"], ["--organization", "beta", "--domain", "be ta"],
  ]

  @Test(
    "organisations and administrators whose names are no labels, and domains that are none", arguments: noLabels)
  func notNames(options: [String]) throws {
    let desk = try ExampleDesk.copy()
    try Self.expectRefusal(desk, "error: ") { try desk.run(["pki", "issue"], options) }
    // Above all the desk is still one.
    let after = try desk.run(["pki", "issue"])
    #expect(after.status == 0, "\(after.errors)")
  }

  @Test("ranges of addresses that are none", arguments: ["10.0.0.0/33", "10.0.0.1/8", "10.0.0.0", "acme.example", ""])
  func ranges(range: String) throws {
    let desk = try ExampleDesk.copy()
    try Self.expectRefusal(desk, "cannot be a range of addresses") {
      try desk.run(["pki", "issue"], ["--organization", "beta", "--domain", "beta.example", "--address-range", range])
    }
  }

  // MARK: Keys to the desk

  private static let opened: [([String], [String])] = [
    (["pki", "init"], []), (["pki", "issue"], ["--rekey", "worker-1.login"]), (["pki", "revoke"], ["org-acme"]),
    (["pki", "export"], ["administrator-alice", "--out", "x.pem", "--key-passphrase-file", "root.passphrase"]),
    (["seal"], ["--bootstrap"]), (["seal", "rotate"], []),
  ]

  @Test("another identity, and a file that holds none", arguments: opened.dropFirst())
  func otherIdentity(words: [String], more: [String]) throws {
    let desk = try ExampleDesk.copy()
    try desk.tool("age-keygen", "-o", desk.path("other.identity"))
    try desk.write("nothing of the kind\n", to: "no.identity")
    let place = ["--cluster", desk.path("cluster.yaml"), "--desk", desk.path(".")]
    try Self.expectRefusal(desk, "the desk's secrets: ") {
      try desk.bare(words + place + ["--identity", desk.path("other.identity")] + more)
    }
    try Self.expectRefusal(desk, "no.identity: ") {
      try desk.bare(words + place + ["--identity", desk.path("no.identity")] + more)
    }
    try Self.expectRefusal(desk, "cannot read \(desk.path("gone.identity"))", status: 3) {
      try desk.bare(words + place + ["--identity", desk.path("gone.identity")] + more)
    }
    try Self.expectRefusal(desk, "there is no terminal to ask for it") { try desk.bare(words + place + more) }
  }

  @Test("a passphrase that is wrong, short, empty or missing")
  func passphrases() throws {
    let desk = try ExampleDesk()
    for (name, text) in [
      ("good", "twelve and more\n"), ("other", "another, just as long\n"), ("short", "elevenchars\n"), ("empty", "\n"),
    ] { try desk.write(text, to: name) }
    func initialise(_ passphrase: String?, root: String?) throws -> Command {
      try desk.bare(
        ["pki", "init", "--cluster", desk.path("cluster.yaml"), "--desk", desk.path(".")]
          + (passphrase.map { ["--passphrase-file", desk.path($0)] } ?? [])
          + (root.map { ["--root-passphrase-file", desk.path($0)] } ?? []))
    }
    try Self.expectRefusal(desk, "fewer than 12 characters") { try initialise("short", root: "good") }
    try desk.write("*\n", to: "secrets/.gitignore")
    try desk.tool("chmod", "0700", desk.path("secrets"))
    try Self.expectRefusal(desk, "there is no terminal to ask for it") { try initialise(nil, root: "good") }
    try Self.expectRefusal(desk, "holds no passphrase") { try initialise("empty", root: "good") }
    try Self.expectRefusal(desk, "cannot read", status: 3) { try initialise("gone", root: "good") }
    try Self.expectRefusal(desk, "fewer than 12 characters") { try initialise("short", root: "good") }
    try Self.expectRefusal(desk, "fewer than 12 characters") { try initialise("good", root: "short") }
    try Self.expectRefusal(desk, "there is no terminal to ask for it") { try initialise("good", root: nil) }
    let made = try initialise("good", root: "good")
    #expect(made.status == 0, "\(made.errors)")
    try Self.expectRefusal(desk, "the desk's secrets: ") { try initialise("other", root: "good") }
  }

  @Test("a root's passphrase or key that is not the root's, and exports that are not protected")
  func rootAndExports() throws {
    let desk = try ExampleDesk.copy()
    try desk.write("elevenchars\n", to: "short")
    try desk.write("another, just as long\n", to: "other")
    let renew = ["pki", "issue", "--renew", "management-cluster"]
    try Self.expectRefusal(desk, "root.key.pem: ") {
      try desk.run(renew, ["--root-passphrase-file", desk.path("other")])
    }
    try Self.expectRefusal(desk, "name it with --root-key") {
      try desk.run(renew, ["--root-key", desk.path("gone.pem")])
    }
    let key = try desk.tool("openssl", "ecparam", "-name", "secp384r1", "-genkey", "-noout")
    let encrypted = try desk.tool(
      "openssl", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA256", "-passout",
      "pass:\(ExampleDesk.rootPassphrase)", input: Data(key.utf8))
    try desk.write(encrypted, to: "other.key.pem")
    try Self.expectRefusal(desk, "root") { try desk.run(renew, ["--root-key", desk.path("other.key.pem")]) }
    let export = ["pki", "export", "worker-1.login", "--out", desk.path("x.pem")]
    try Self.expectRefusal(desk, "fewer than 12 characters") {
      try desk.run(export, ["--key-passphrase-file", desk.path("short")])
    }
    try Self.expectRefusal(desk, "is not on a tmpfs") { try desk.run(export, ["--plain"]) }
  }

  // MARK: Other desks

  @Test("a desk of another cluster")
  func otherCluster() throws {
    let desk = try ExampleDesk.copy()
    try desk.edit("cluster: example", to: "cluster: other")
    for (words, more) in Self.opened {
      try Self.expectRefusal(desk, "of the cluster 'example', not of 'other'") {
        try desk.run(words, more)
      }
    }
    try Self.expectRefusal(desk, "of the cluster 'example', not of 'other'") { try desk.tryBuild() }
    try Self.expectRefusal(desk, "of the cluster 'example', not of 'other'") {
      try desk.bare(["pki", "show", "--cluster", desk.path("cluster.yaml"), "--desk", desk.path(".")])
    }
  }

  static func recipient(_ desk: ExampleDesk) throws -> String {
    try desk.tool("age-keygen", "-y", desk.path("desk.identity")).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test("a desk that was never begun")
  func noDesk() throws {
    let desk = try ExampleDesk()
    try desk.tool("age-keygen", "-o", desk.path("desk.identity"))
    for (words, more) in Self.opened.dropFirst() {
      try Self.expectRefusal(desk, "no desk yet") { try desk.run(words, more) }
    }
  }

  @Test("a folder of secrets that others can look into")
  func openFolder() throws {
    let desk = try ExampleDesk.copy()
    try desk.tool("chmod", "go+rx", desk.path("secrets"))
    try Self.expectRefusal(desk, "others can look into it", status: 3) {
      try desk.run(["pki", "init"], ["--recipient", try Self.recipient(desk)])
    }
  }
}
