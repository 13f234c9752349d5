import Foundation
import TestSupport
import Testing

@Suite(
  "Runbooks: a lost desk",
  .enabled(if: OperatedCluster.isPossible, "swtpm, tpm2-tools or age is missing, or /dev/shm"))
struct RecoveryRunbookTests {
  private static let recovery = "Recover from the shares alone"

  @Test("three shares on a new desk give back the static key, and a master that is sealed to again starts with it")
  func sharesAlone() throws {
    let cluster = try OperatedCluster()
    let id = try #require(cluster.setting("current_key_id", on: "master-2"))
    let key = try #require(cluster.releasedKey(on: "master-2"))
    try Self.loseDesk(cluster)
    for share in [1, 3, 5] {
      try FileManager.default.moveItem(
        atPath: cluster.path("shares/share-\(share)-of-5.txt"), toPath: cluster.path("share-\(share)-of-5.txt"))
    }
    try FileManager.default.removeItem(atPath: cluster.path("shares"))
    let recovered = try cluster.run(Self.recovery, 0)
    #expect(recovered.output.contains("\(id) is on the desk again"), "\(recovered.output)")

    // A master whose TPM is another one, which the old bundle is of no use to.
    try FileManager.default.removeItem(atPath: cluster.path("tpm-master-2"))
    #expect(try !cluster.starts("master-2"))
    let again = try cluster.shell(
      "identify master-2 && ll-bootimage seal --cluster cluster.yaml && ll-bootimage build --cluster cluster.yaml --out out"
    )
    #expect(again.status == 0, "\(again.errors)")
    let anchors = cluster.text("/etc/ll/anchors/openbao.pem", on: "master-2")
    try cluster.run(Self.recovery, 1)
    #expect(cluster.releasedKey(on: "master-2") == key)
    #expect(cluster.text("/etc/ll/anchors/openbao.pem", on: "master-2") == anchors)
    // The others run on with what they have.
    #expect(try cluster.starts("master-1"))
    #expect(cluster.releasedKey(on: "master-1") == key)
  }

  @Test("two shares give nothing, and the desk stays without a key")
  func tooFewShares() throws {
    let cluster = try OperatedCluster()
    try Self.loseDesk(cluster)
    let recovered = try cluster.shell(
      """
      ll-bootimage pki init --cluster cluster.yaml
      ll-bootimage seal recover --cluster cluster.yaml shares/share-1-of-5.txt shares/share-2-of-5.txt
      """)
    #expect(recovered.status == 1, "\(recovered.output)")
    let rotate = try cluster.shell("ll-bootimage seal rotate --cluster cluster.yaml")
    #expect(rotate.status == 1 && rotate.errors.contains("no key yet"), "\(rotate.errors)")
  }

  @Test("a backup of the desk opens and has nothing to seal")
  func backup() throws {
    let cluster = try OperatedCluster()
    // Its first day is over.
    let over = try cluster.shell("ll-bootimage seal --cluster cluster.yaml; rebuild")
    #expect(over.status == 0, "\(over.errors)")
    let script = try cluster.document.block("Back up the desk", 0).replacingOccurrences(
      of: "/dev/shm/desk", with: cluster.memory.appendingPathComponent("desk").path)
    let copied = try cluster.shell(script)
    #expect(copied.status == 0, "\(copied.errors)")
    #expect(copied.output.contains("0 bundles sealed, 8 as they were"), "\(copied.output)")
    #expect(!FileManager.default.fileExists(atPath: cluster.memory.appendingPathComponent("desk").path))

    // The desk is lost; the backup is the desk.
    try Self.loseDesk(cluster)
    let restored = try cluster.shell(
      "tar -xzf desk.tar.gz && ll-bootimage pki issue --cluster cluster.yaml && ll-bootimage seal --cluster cluster.yaml"
    )
    #expect(restored.status == 0 && restored.output.contains("0 bundles sealed"), "\(restored.errors)")
  }

  private static func loseDesk(_ cluster: OperatedCluster) throws {
    for name in ["secrets", "pki", "sealed", "identities", "out", "out.before"] {
      try? FileManager.default.removeItem(atPath: cluster.path(name))
    }
  }
}
