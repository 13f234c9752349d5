import Foundation
import TestSupport
import Testing

/// Canary secrets, planted wherever a secret may lie on a desk, must not come out of any command in any disguise.
@Suite("No secret in any output")
struct SecrecyTests {
  static let places = [
    "sealed/master-1/openbao.pem", "sealed/worker-1/login.pem", "secrets/static-seal.key", "secrets/cluster.age",
    "pki/keys/kubernetes.key", "pki/root.key", "artifacts/signing.key", "images/master/files/key.pem", ".env",
  ]

  /// A canary: 24 printable characters, so that it can be looked for raw, in hex and in base64.
  private static func canary(_ index: Int) -> String { "CANARY\(index)x" + UUID().uuidString.prefix(16) }

  @Test("what lies beside the inputs, in the environment or among the artifacts stays there")
  func planted() throws {
    let desk = try Desk()
    var canaries: [String] = []
    for (index, place) in Self.places.enumerated() {
      canaries.append(Self.canary(index))
      try desk.folder.write(canaries[index], to: place)
    }
    let environment = ["BAO_TOKEN", "LL_SECRET", "VAULT_TOKEN"].map { ($0, Self.canary(100)) }
    canaries += environment.map(\.1)
    for program in ["ll-tpm", "ll-node", "ll-agent"] {
      canaries.append(Self.canary(200))
      // The program's bytes are hashed, never copied.
      try desk.folder.write(canaries[canaries.count - 1], to: "artifacts/\(program)")
    }
    var said = ""
    for arguments in [
      ["build", "--out", desk.path("out"), "--bootstrap", "--artifacts", desk.path("artifacts")],
      ["graph", "--node", "master-1", "--svg", desk.path("out/g.svg"), "--mermaid", desk.path("out/g.mmd")],
      ["explain", "master-1", "/etc/openbao/openbao.hcl", "--contents"],
      ["explain", "worker-1", "kubelet.service", "--contents"],
      ["fetch", "--out", desk.path("mirror"), "--dry-run"],
    ] {
      let result = try desk.run(arguments, environment: Dictionary(uniqueKeysWithValues: environment))
      #expect(result.status == 0, "\(arguments): \(result.errors)")
      said += result.output + result.errors
    }
    var haystacks: [(String, Data)] = [("what was printed", Data(said.utf8))]
    for name in try FileManager.default.contentsOfDirectory(atPath: desk.path("out")) {
      let data = try Data(contentsOf: URL(fileURLWithPath: desk.path("out/\(name)")))
      haystacks.append((name, data))
      haystacks += try Disguises.parts(of: data).enumerated().map { ("\(name), part \($0.offset)", $0.element) }
    }
    #expect(haystacks.count > 140)
    for canary in canaries {
      for needle in Disguises.of(canary) {
        for (name, data) in haystacks where data.range(of: needle) != nil {
          Issue.record("\(canary) is in \(name)")
        }
      }
    }
  }

  @Test("the search itself finds a canary in every disguise")
  func searchWorks() throws {
    let canary = Self.canary(0)
    let gzip = try Command(["gzip", "-c"], input: Data("some \(canary) text".utf8))
    #expect(gzip.status == 0)
    for text in ["x\(canary)y", "xx\(canary)", "x" + canary] {
      let encoded =
        "{\"a\":\"data:;base64,\(Data(text.utf8).base64EncodedString())\",\"b\":\"data:,\(text.utf8.map { "%" + String($0, radix: 16) }.joined())\"}"
      let parts = try Disguises.parts(of: Data(encoded.utf8))
      #expect(parts.count == 2 && parts.allSatisfy { $0.range(of: Data(canary.utf8)) != nil })
      let raw = Data(Data(text.utf8).base64EncodedString().utf8)
      #expect(Disguises.of(canary).contains { raw.range(of: $0) != nil })
    }
  }

  @Test(
    "a secret in the inputs is refused and not repeated",
    arguments: [
      (
        "artifacts: https://artifacts.example.internal",
        "artifacts: https://me:CANARY-PASSWORD@artifacts.example.internal"
      ),
      ("sshAuthorizedKeys: []", "sshAuthorizedKeys:\n  - \"-----BEGIN OPENSSH PRIVATE KEY----- CANARY-PASSWORD\""),
    ])
  func refused(line: String, secret: String) throws {
    let desk = try Desk()
    let text = try desk.folder.text("cluster.yaml")
    let start = try #require(line.split(separator: ":").first)
    let old = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(start):") })
    try desk.folder.write(text.replacingOccurrences(of: String(old), with: secret), to: "cluster.yaml")
    let result = try desk.run(["build", "--out", desk.path("out")])
    #expect(result.status == 1)
    #expect(!(result.output + result.errors).contains("CANARY"), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: desk.path("out")))
  }
}

/// A copy of the example on a desk of its own.
struct Desk {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for (from, to) in [
      ("clusters/example.yaml", "cluster.yaml"), ("images/master/image.yaml", "images/master/image.yaml"),
      ("images/worker/image.yaml", "images/worker/image.yaml"),
    ] {
      try folder.write(
        String(decoding: Data(contentsOf: SharedFolder.checkout.appendingPathComponent(from)), as: UTF8.self), to: to)
    }
  }

  func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  /// Runs `ll-bootimage`, with the cluster added where the command reads one.
  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Command {
    try Command(
      [BuiltProgram.path("ll-bootimage"), arguments[0], "--cluster", path("cluster.yaml")] + arguments.dropFirst(),
      in: folder.url, environment: environment)
  }
}
