import Foundation
import TestSupport
import Testing

/// What a node's TPM and `ll-tpm` say to files that are not its own, and that nothing is left behind.
@Suite("A node refuses what is not its own", .enabled(if: ExampleDesk.isPossible, ExampleDesk.whyNot))
struct NodeRefusalTests {
  /// Boots, which must fail with `words` and leave nothing in memory and on the disk as it was, but for the
  /// authorization value that a node makes before it imports.
  private static func expectRefusal(_ node: BootedNode, _ words: String, on other: String? = nil) throws {
    let before = try node.onDisk()
    let boot = try node.boot(on: other)
    #expect(boot.status == 1 || boot.status == 3, "\(boot.status): \(boot.errors)")
    #expect(boot.errors.contains("error:") && boot.errors.contains(words), "\(boot.errors)")
    #expect(try node.released().isEmpty)
    let changes = before.changes(in: try node.onDisk())
    #expect(changes.filter { !$0.hasSuffix(".auth") } == [])
  }

  @Test("another node's TPM", arguments: [("master-2", "master-3"), ("worker-1", "master-1")])
  func otherTPM(node: String, other: String) throws {
    let booted = try BootedNode(node, ExampleDesk.copy())
    try Self.expectRefusal(booted, "another TPM", on: other)
    #expect(try booted.boot().status == 0)
    // What it has imported is nobody else's either.
    let stolen = try booted.boot(on: other)
    #expect(stolen.status == 3 || stolen.status == 1)
    #expect(stolen.errors.contains("another TPM"), "\(stolen.errors)")
  }

  @Test("a bundle of another cluster that is sealed to the same TPM")
  func otherCluster() throws {
    let desk = try ExampleDesk.copy()
    let other = try ExampleDesk()
    try other.edit("cluster: example", to: "cluster: other")
    try other.simulated.begin()
    try FileManager.default.copyItem(atPath: desk.path("identities"), toPath: other.path("identities"))
    try other.done(["seal"], ["--escrow", "none"])
    let booted = try BootedNode("worker-1", desk)
    for ending in ["pem", "json"] {
      try booted.replace("sealed/login.\(ending)", with: try other.bytes("sealed/worker-1.login.\(ending)"))
    }
    try Self.expectRefusal(booted, "release key")
  }

  @Test("another node's bundle, of the same cluster")
  func otherNode() throws {
    let desk = try ExampleDesk.copy()
    let booted = try BootedNode("worker-1", desk)
    for ending in ["pem", "json"] {
      try booted.replace("sealed/login.\(ending)", with: try desk.bytes("sealed/worker-2.login.\(ending)"))
    }
    try Self.expectRefusal(booted, "another TPM")
  }

  @Test("an older bundle, once a new epoch has begun; the new bundle is accepted")
  func olderBundle() throws {
    let desk = try ExampleDesk.copy()
    let old = try BootedNode("master-2", desk)
    let imported = try BootedNode("master-2", desk)
    #expect(try imported.boot().status == 0)
    try desk.simulated.identify("master-2", ["--next-epoch"])
    let sealed = try desk.done(["seal"], ["--bootstrap"])
    #expect(sealed.output.contains("2 bundles sealed, 6 as they were"), "\(sealed.output)")
    try desk.build()
    try Self.expectRefusal(old, "a policy comparison failed")
    // Nor what was imported before: its files are gone from memory with the next boot.
    let again = try imported.boot()
    #expect(again.status != 0 && again.errors.contains("a policy comparison failed"), "\(again.errors)")
    #expect(again.errors.contains("epoch"))
    let new = try BootedNode("master-2", desk)
    let boot = try new.boot()
    #expect(boot.status == 0, "\(boot.errors)")
    #expect(try new.released().count == 3)
  }

  @Test("one flipped bit in the sealed file or its sidecar", arguments: ["pem", "json"])
  func flippedBit(ending: String) throws {
    let desk = try ExampleDesk.copy()
    let whole = try BootedNode("worker-1", desk)
    let count = try whole.bytes("sealed/login.\(ending)").count
    for step in 1..<6 {
      let booted = try BootedNode("worker-1", desk)
      try booted.flip("sealed/login.\(ending)", at: count * step / 6)
      let before = try booted.onDisk()
      let boot = try booted.boot()
      #expect(boot.status == 1 || boot.status == 3, "\(step): \(boot.errors)")
      #expect(boot.errors.contains("error: "), "\(step): \(boot.errors)")
      #expect(try booted.released().isEmpty)
      #expect(before.changes(in: try booted.onDisk()).filter { !$0.hasSuffix(".auth") } == [])
    }
  }

  @Test("a release key that is not the desk's")
  func otherReleaseKey() throws {
    let desk = try ExampleDesk.copy()
    let booted = try BootedNode("worker-1", desk)
    let key = try desk.tool("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout")
    try booted.replace(
      "release-key.pem", with: Data(try desk.tool("openssl", "pkey", "-pubout", input: Data(key.utf8)).utf8))
    try Self.expectRefusal(booted, "release key")
  }
}
