import Foundation
import TestSupport
import Testing

/// Every secret of a desk, looked for in everything that its commands print, write, are called with and leave behind.
@Suite("No secret leaves the desk", .enabled(if: ExampleDesk.isPossible, ExampleDesk.whyNot))
struct CanaryTests {
  /// Runs commands at a desk with a folder for temporary files of their own, and keeps what they say.
  private final class Recorder {
    let desk: ExampleDesk
    let temporary: TemporaryFolder
    var said: [(String, Data)] = []
    var search = SecretSearch()

    init(_ desk: ExampleDesk) throws {
      self.desk = desk
      temporary = try TemporaryFolder()
    }

    /// Runs `ll-bootimage`, with the desk's options where it opens one; a refusal must be one.
    func run(_ words: [String], _ more: [String] = [], opens: Bool = true, status: Int32 = 0, input: Data? = nil) throws
    {
      let options = opens ? desk.simulated.opening : []
      let command = try desk.bare(
        words + options + more, environment: ["TMPDIR": temporary.url.path], input: input)
      #expect(command.status == status, "\(words): \(command.errors)")
      said.append(("what \(words) said", Data((command.output + command.errors).utf8)))
      #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.url.path) == [], "\(words)")
      let hidden = try desk.snapshot().names.filter { $0.contains("/.") || $0.hasPrefix(".") }
      #expect(hidden.allSatisfy { $0.hasSuffix("/.gitignore") }, "\(words): \(hidden)")
    }

    /// What is secret now.
    func collect() throws { try search.add(desk) }

    /// Everything that anybody can read: all but what is secret in plain text by its purpose.
    func files() throws -> [(String, Data)] {
      let plain = ["desk.identity", "root.passphrase", "export.passphrase", "shares", "new-shares"]
      return try desk.snapshot().names.filter { name in
        !name.hasPrefix("images") && !plain.contains(String(name.prefix { $0 != "/" }))
      }.compactMap { name in
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: desk.path(name), isDirectory: &isFolder), !isFolder.boolValue
        else {
          return nil
        }
        return (name, try desk.bytes(name))
      }
    }
  }

  @Test("not in what is printed, nor in a file, an argument, an environment or a temporary file")
  func canaries() throws {
    let watch = ProcessWatch()
    let recorder = try Recorder(ExampleDesk())
    let desk = recorder.desk
    let cluster = ["--cluster", desk.path("cluster.yaml")]
    let shares = (1...5).map { desk.path("shares/share-\($0)-of-5.txt") }
    let exported = "/dev/shm/ll-test-\(UUID().uuidString).pem"
    defer { try? FileManager.default.removeItem(atPath: exported) }
    try desk.write("a passphrase for exports\n", to: "export.passphrase")
    recorder.search.add("the export's passphrase", "a passphrase for exports")
    try desk.write(ExampleDesk.rootPassphrase + "\n", to: "root.passphrase")
    try desk.tool("age-keygen", "-o", desk.path("desk.identity"))
    let recipient = try DeskRefusalTests.recipient(desk)
    try recorder.run(["pki", "init"], ["--recipient", recipient, "--administrator", "alice"])
    try recorder.run(["pki", "issue"], ["--organization", "acme", "--domain", "acme.example"])
    for node in ExampleDesk.nodes { try desk.simulated.identify(node) }
    try recorder.run(["seal"], ["--bootstrap", "--escrow", desk.path("shares")])
    try recorder.collect()
    try recorder.search.addShares(desk, in: "shares")
    try recorder.run(["seal"], ["--bootstrap"])
    let build = ["build", "--desk", desk.path("."), "--out", desk.path("out"), "--bootstrap"] + cluster
    try recorder.run(build, opens: false)
    for words in [
      ["show", desk.path("out/master-1.ign"), "--contents"],
      ["show", desk.path("out/master-1.ign"), "--format", "json"],
      ["explain", "master-1", "openbao.service", "--contents"] + cluster,
      ["explain", "worker-1", "/etc/ll/release/login.conf", "--contents"] + cluster,
      ["graph", "--node", "master-1", "--svg", desk.path("out/g.svg")] + cluster,
      ["pki", "show", "--desk", desk.path(".")] + cluster,
      ["pki", "show", "--desk", desk.path("."), "--format", "json"] + cluster,
      ["pki", "table", "--desk", desk.path(".")] + cluster,
      ["seal", "drill", "--desk", desk.path(".")] + cluster + shares, ["seal", "drill"] + shares,
    ] { try recorder.run(words, opens: false) }
    try recorder.run(
      ["pki", "export", "administrator-alice"],
      ["--out", desk.path("alice.pem"), "--key-passphrase-file", desk.path("export.passphrase")])
    try recorder.run(["pki", "export", "worker-1.login"], ["--plain", "--out", exported])
    for node in ["master-1", "worker-1"] {
      let booted = try BootedNode(node, desk)
      let boot = try booted.boot()
      #expect(boot.status == 0, "\(boot.errors)")
      recorder.said.append(("what ll-tpm said on \(node)", Data((boot.output + boot.errors).utf8)))
    }
    try recorder.run(["pki", "issue"], ["--rekey", "worker-2.login", "--renew", "bootstrap"])
    try recorder.run(["pki", "revoke"], ["org-acme"])
    try recorder.run(["seal", "rotate"])
    try recorder.run(["seal"], ["--bootstrap", "--escrow", desk.path("new-shares")])
    try recorder.collect()
    try recorder.search.addShares(desk, in: "new-shares")
    try recorder.run(["seal", "recover"], (1...3).map { desk.path("new-shares/share-\($0)-of-5.txt") })
    try recorder.run(build, opens: false)
    // What is refused is not repeated.
    try recorder.run(["seal", "recover"], Array(shares.prefix(2)), status: 1)
    try recorder.run(["seal", "drill"] + shares.prefix(2), opens: false, status: 1)
    try recorder.run(["seal", "drill", desk.path("root.passphrase")], opens: false, status: 1)
    try recorder.run(
      ["pki", "issue", "--desk", desk.path("."), "--identity", desk.path("shares/share-1-of-5.txt")] + cluster,
      opens: false, status: 1)
    try recorder.run(["seal", "rotate"], ["--finish"])
    try recorder.run(["seal"], ["--bootstrap"])

    let watched = watch.finish()
    #expect(watched.programs.isSuperset(of: ["ll-bootimage cmdline", "ll-bootimage environ", "ll-tpm cmdline"]))
    let files = try recorder.files()
    #expect(files.count > 50)
    #expect(recorder.search.count > 500)
    let texts = watched.texts.map {
      ("arguments or environment: \(String(decoding: $0, as: UTF8.self).prefix(80))", $0)
    }
    for (name, data) in recorder.said + files + texts {
      let found = try recorder.search.found(in: data)
      #expect(found.isEmpty, "\(name)")
    }
    // What must hold one, does.
    let plain = try Data(contentsOf: URL(fileURLWithPath: exported))
    #expect(try recorder.search.found(in: plain) == ["certificate/worker-1.login.key"])
    #expect(try recorder.search.found(in: desk.bytes("root.passphrase")) == ["the root's passphrase"])
  }

  @Test("a desk's passphrase that comes from standard input is nowhere")
  func passphrase() throws {
    let recorder = try Recorder(ExampleDesk())
    let desk = recorder.desk
    let watch = ProcessWatch()
    try desk.write(ExampleDesk.rootPassphrase + "\n", to: "root.passphrase")
    recorder.search.add("the passphrase", "canary passphrase of the desk")
    recorder.search.add("the root's passphrase", ExampleDesk.rootPassphrase)
    try recorder.run(
      [
        "pki", "init", "--cluster", desk.path("cluster.yaml"), "--passphrase-file", "-", "--root-passphrase-file",
        desk.path("root.passphrase"),
      ], opens: false, input: Data("canary passphrase of the desk\n".utf8))
    for (name, data) in try recorder.said + recorder.files() + watch.finish().texts.map({ ("arguments", $0) }) {
      #expect(try recorder.search.found(in: data).isEmpty, "\(name)")
    }
  }

  @Test("the search finds the secrets of a lab, which are in its configs")
  func searchWorks() throws {
    let desk = try ExampleDesk()
    let build = try desk.tryBuild(["--lab"])
    #expect(build.status == 0, "\(build.errors)")
    var search = SecretSearch()
    let text = try desk.tool(
      "age", "-d", "-i", desk.path("lab-insecure/secrets/insecure-identity.txt"),
      desk.path("lab-insecure/secrets/desk.age"))
    for line in text.split(separator: "\n") where line.hasPrefix("secret ") {
      let words = line.split(separator: " ")
      var bytes: [UInt8] = []
      var rest = words[2]
      while let byte = UInt8(rest.prefix(2), radix: 16) {
        bytes.append(byte)
        rest = rest.dropFirst(2)
      }
      search.add(String(words[1]), bytes)
    }
    let found = try search.found(in: desk.bytes("out/master-1.ign"))
    #expect(
      found.isSuperset(of: [
        "static-seal.key", "certificate/kubernetes.key", "certificate/master-1.login.key", "service-account.key",
        "etcd-encryption.key",
      ]))
    #expect(!found.contains("certificate/management-cluster.key") && !found.contains("release.key"))
  }
}
