import Foundation
import TestSupport
import Testing

@Suite(
  "Runbooks: the static seal's key",
  .enabled(if: OperatedCluster.isPossible, "swtpm, tpm2-tools or age is missing, or /dev/shm"))
struct SealKeyRunbookTests {
  private static let rotate = "Rotate the static seal's key"
  private static let previous = "static-seal-previous.key"
  private static let current = "static-seal.key"

  @Test("a rotation has both keys side by side on every master, proves the new one alone, and drops the old one")
  func rotation() throws {
    let cluster = try OperatedCluster()
    let oldID = try #require(cluster.setting("current_key_id", on: "master-1"))
    let old = try #require(cluster.releasedKey(on: "master-1"))
    let oldBundle = ["pem", "json"].map { cluster.text("/etc/ll/sealed/openbao.\($0)", on: "master-2") }

    try cluster.run(Self.rotate, 0)
    let newID = try #require(cluster.setting("current_key_id", on: "master-1"))
    #expect(newID != oldID)
    var new: Set<Data> = []
    for master in OperatedCluster.masters {
      #expect(cluster.setting("current_key_id", on: master) == newID)
      #expect(cluster.setting("previous_key_id", on: master) == oldID)
      let released = cluster.released("openbao", on: master)
      #expect(released.keys.sorted() == ["bootstrap-listener.pem", Self.previous, Self.current])
      #expect(released[Self.previous] == old && released[Self.current] != old)
      new.insert(try #require(released[Self.current]))
    }
    #expect(new.count == 1 && new.first?.count == 32)
    #expect(try cluster.order() == ["master-2", "master-3", "master-1"])

    try cluster.run(Self.rotate, 1)
    try cluster.run(Self.rotate, 2)
    #expect(OperatedCluster.masters.allSatisfy { cluster.setting("previous_key_id", on: $0) == nil })

    try cluster.run(Self.rotate, 3)
    for master in OperatedCluster.masters {
      #expect(cluster.setting("current_key_id", on: master) == newID)
      #expect(cluster.setting("previous_key_id", on: master) == nil)
      let released = cluster.released("openbao", on: master)
      #expect(released.keys.sorted() == ["bootstrap-listener.pem", Self.current])
      #expect(released[Self.current] == new.first)
    }
    let drill = try cluster.shell("ll-bootimage seal drill --cluster cluster.yaml shares-new/*")
    #expect(drill.status == 0 && drill.output.contains(newID), "\(drill.errors)")
    let outdated = try cluster.shell("ll-bootimage seal drill --cluster cluster.yaml shares/*")
    #expect(outdated.status == 1 && outdated.errors.contains("older key"), "\(outdated.errors)")
    #expect(!(try cluster.folder.text("out/master-1.ign")).contains(oldID))

    // A copy of the old bundle: its own TPM gives the old key, with which nothing opens any more.
    for (suffix, text) in zip(["pem", "json"], oldBundle) {
      try cluster.folder.write(text, to: "nodes/master-2/etc/ll/sealed/openbao.\(suffix)")
    }
    #expect(try !cluster.starts("master-2"))
    #expect(cluster.releasedKey(on: "master-2") == old)
    let back = try cluster.shell("push master-2 /etc/ll/sealed/openbao.pem /etc/ll/sealed/openbao.json")
    #expect(back.status == 0, "\(back.errors)")
    #expect(try cluster.starts("master-2"))
  }

  @Test("without OpenBao's own rotation the proof fails on the first master, and the way back works")
  func forgotten() throws {
    let cluster = try OperatedCluster()
    try cluster.run(Self.rotate, 0)
    let proof = try cluster.shell(try cluster.document.block(Self.rotate, 2))
    #expect(proof.errors.contains("unknown key id for data"), "\(proof.errors)")
    #expect(cluster.setting("previous_key_id", on: "master-2") == nil)
    // The others have not been touched.
    for master in ["master-3", "master-1"] { #expect(cluster.setting("previous_key_id", on: master) != nil) }
    let back = try cluster.shell(
      "node=master-2; push $node /etc/openbao/openbao.hcl && ssh core@$node sudo systemctl restart openbao")
    #expect(back.status == 0, "\(back.errors)")
    try cluster.run(Self.rotate, 1)
    try cluster.run(Self.rotate, 2)
  }

  @Test("when a holder leaves, old shares still give the old key, and the new ones give another")
  func departure() throws {
    let cluster = try OperatedCluster()
    for block in 0..<4 { try cluster.run(Self.rotate, block) }
    func key(_ shares: String) throws -> String {
      let drill = try cluster.shell("ll-bootimage seal drill \(shares)")
      #expect(drill.status == 0, "\(drill.errors)")
      return drill.output.split(separator: ":").first.map(String.init) ?? ""
    }
    let old = try key("shares/share-1-of-5.txt shares/share-2-of-5.txt shares/share-4-of-5.txt")
    let new = try key("shares-new/share-1-of-5.txt shares-new/share-2-of-5.txt shares-new/share-4-of-5.txt")
    #expect(old != new)
    let mixed = try cluster.shell(
      "ll-bootimage seal drill shares/share-1-of-5.txt shares/share-2-of-5.txt shares-new/share-4-of-5.txt")
    #expect(mixed.status == 1, "\(mixed.output)")
  }

  @Test("a file that does not arrive whole leaves the node's as it was")
  func cutConnection() throws {
    let cluster = try OperatedCluster()
    let before = cluster.text("/etc/openbao/openbao.hcl", on: "master-2")
    // What the desk has is another file than the node's.
    let edited = before.replacingOccurrences(of: "ui = false", with: "ui = true") + "# of today\n"
    try cluster.folder.write(edited, to: "nodes/master-2/etc/openbao/openbao.hcl")
    let cut = try cluster.shell("push master-2 /etc/openbao/openbao.hcl", environment: ["LL_CUT": "100"])
    #expect(cut.status != 0 && (cut.output + cut.errors).contains("checksum"), "\(cut.output)\(cut.errors)")
    #expect(cluster.text("/etc/openbao/openbao.hcl", on: "master-2") == edited)
    let whole = try cluster.shell("push master-2 /etc/openbao/openbao.hcl")
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(cluster.text("/etc/openbao/openbao.hcl", on: "master-2") == before)
    let nowhere = try cluster.shell("push master-2 /etc/openbao/other.hcl")
    #expect(nowhere.status != 0 && cluster.text("/etc/openbao/other.hcl", on: "master-2").isEmpty)
    let away = try cluster.shell("push master-9 /etc/openbao/openbao.hcl")
    #expect(away.status != 0, "\(away.output)")
  }
}

extension OperatedCluster {
  /// The static seal's key that OpenBao on `node` was started with.
  func releasedKey(on node: String) -> Data? { released("openbao", on: node)["static-seal.key"] }

  /// The masters in the order in which a runbook restarted OpenBao on them, since the first day.
  func order() throws -> [String] {
    try folder.text("ssh.log").split(separator: "\n").filter { $0.hasSuffix("sudo systemctl restart openbao") }
      .compactMap { $0.split(separator: ":").first.map(String.init) }
  }
}
