import Diagnostics
import Foundation
import NodeBoot
import TestSupport
import Testing

/// The built program; `nil` where this run did not build it.
private let program: URL? = {
  let url = Bundle.main.bundleURL.appendingPathComponent("ll-node")
  return FileManager.default.isExecutableFile(atPath: url.path) ? url : nil
}()

@Suite("What is read: regular files of a bounded size, and nothing waits for another", .timeLimit(.minutes(5)))
struct UnusualFileTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["fifo", "anchor"] { try make(name) { mkfifo($0, 0o600) } }
    try make("folder") { mkdir($0, 0o700) }
    // Sparse: a size without the bytes.
    for (name, size) in [("long", 1 << 20), ("vast", 64 << 20)] {
      try make(name) { path in
        let descriptor = creat(path, 0o600)
        defer { close(descriptor) }
        return ftruncate(descriptor, size + 1)
      }
    }
  }

  func path(_ name: String) -> String { name.hasPrefix("/") ? name : folder.url.appendingPathComponent(name).path }

  func make(_ name: String, _ body: (String) -> Int32) throws { try #require(body(path(name)) == 0) }

  static let certificates = [
    ("fifo", "not a regular file"), ("folder", "not a regular file"), ("/dev/zero", "not a regular file"),
    ("long", "longer than 1048576 bytes"), ("absent", "missing"),
  ]

  @Test("a certificate, an anchor and a secret", arguments: certificates)
  func certificate(name: String, fault: String) async throws {
    let wanted = PKIManifest.Certificate(name: "c", path: path(name), anchor: path(name), usage: .client)
    var check = PKIReady(PKIManifest(certificates: [wanted], secrets: [.init(path: path(name))]))
    for _ in 0..<2 {
      let statuses = await check.check()
      #expect(statuses.first?.findings.map(\.message) == [fault, fault])
      #expect(statuses.last?.findings.map(\.message).first == fault)
    }
  }

  @Test(
    "an add-on's file, and the hash that the node keeps",
    arguments: [
      ("fifo", "not a regular file"), ("/dev/zero", "not a regular file"), ("vast", "longer than 67108864 bytes"),
      ("absent", "cannot be read: No such file or directory"),
    ])
  func addOn(name: String, fault: String) async throws {
    let cluster = try FakeCluster()
    try cluster.remove("addons/coredns.yaml")
    try FileManager.default.createSymbolicLink(
      atPath: "\(cluster.path)/addons/coredns.yaml", withDestinationPath: path(name))
    try cluster.folder.write("0", to: "state/addons/rbac.sha256")
    try cluster.remove("state/addons/rbac.sha256")
    try #require(mkfifo("\(cluster.path)/state/addons/rbac.sha256", 0o600) == 0)
    var addOns = try cluster.addOns()
    #expect(await addOns.check().flatMap(\.findings).map(\.message) == [fault])
    #expect(cluster.has("cluster/records/rbac"), "the other is applied")
  }

  @Test(
    "a manifest is refused at once, in words", .enabled(if: program != nil),
    arguments: [
      ("fifo", "not a regular file"), ("/dev/zero", "not a regular file"), ("folder", "not a regular file"),
      ("long", "longer than 1048576 bytes"),
    ])
  func manifest(name: String, fault: String) throws {
    for gate in ["pki-ready", "addons"] {
      let outcome = try Command([program?.path ?? "", gate, "--once", "--manifest", path(name)])
      #expect(outcome.status == 3)
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors == "\(path(name)): error: \(fault)\n")
    }
  }
}
