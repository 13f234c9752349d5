import Foundation
import TestSupport
import Testing

@Suite(
  "Runbooks: nodes", .enabled(if: OperatedCluster.isPossible, "swtpm, tpm2-tools or age is missing, or /dev/shm"))
struct NodeRunbookTests {
  private static let board = "Replace a board, or a TPM that was cleared"
  private static let worker = "Add a worker"
  private static let masters = "Add masters"

  @Test(
    "a new board, or a cleared TPM, refuses the old bundle, and gets one of its own; nobody else is sealed to again")
  func replacedBoard() throws {
    let cluster = try OperatedCluster()
    let key = try #require(cluster.releasedKey(on: "master-2"))
    try FileManager.default.removeItem(atPath: cluster.path("tpm-master-2"))
    let refused = try cluster.shell("ssh core@master-2 sudo systemctl restart openbao")
    #expect(refused.status != 0 && refused.errors.contains("TPM"), "\(refused.errors)")
    #expect(cluster.released("openbao", on: "master-2").isEmpty)

    try cluster.run(Self.board, 0)
    let sealed = try cluster.run(Self.board, 1)
    #expect(sealed.output.contains("2 bundles sealed, 0 as they were"), "\(sealed.output)")
    #expect(
      try cluster.shell("changed master-1; changed master-3; changed worker-1").output.split(separator: "\n").filter {
        $0.contains("/sealed/") && !$0.contains("openbao")
      }.isEmpty)
    try cluster.run(Self.board, 2)
    #expect(cluster.releasedKey(on: "master-2") == key)
    #expect(cluster.released("login", on: "master-2").keys.sorted() == ["login.pem"])
    let doctor = try cluster.shell("ssh core@master-2 sudo ll-tpm doctor --manifest /etc/ll/release/openbao.conf")
    #expect(doctor.status == 0, "\(doctor.output)")
  }

  @Test("a new epoch makes the node's old bundles void, and the new ones work")
  func newEpoch() throws {
    let cluster = try OperatedCluster()
    let key = try #require(cluster.releasedKey(on: "master-2"))
    let old = ["pem", "json"].map { cluster.text("/etc/ll/sealed/openbao.\($0)", on: "master-2") }
    try cluster.run("A blob or a disk may have been copied", 0)
    #expect(cluster.releasedKey(on: "master-2") == key)
    for (suffix, text) in zip(["pem", "json"], old) {
      try cluster.folder.write(text, to: "nodes/master-2/etc/ll/sealed/openbao.\(suffix)")
    }
    #expect(try !cluster.starts("master-2"))
    #expect(cluster.released("openbao", on: "master-2").isEmpty)
  }

  @Test("a new worker gets a login, nothing changes on the others")
  func addedWorker() throws {
    let cluster = try OperatedCluster()
    let before = cluster.text("/etc/ll/sealed/login.pem", on: "worker-1")
    try cluster.add([(name: "worker-3", role: "worker", address: "10.20.0.23")])
    let added = try cluster.run(Self.worker, 0)
    #expect(added.output.contains("worker-3.login: issued"), "\(added.output)")
    #expect(added.output.contains("worker-3: login sealed"), "\(added.output)")
    for node in OperatedCluster.nodes where node != "master-1" {
      let changed = try cluster.shell("changed \(node)").output
      // The labels of every node are the masters' to set.
      #expect(changed == (node.hasPrefix("master") ? "/etc/ll-node/addons.conf\n" : ""), "\(node)")
    }
    #expect(cluster.text("/etc/ll/sealed/login.pem", on: "worker-1") == before)
    try cluster.run(Self.worker, 2)
    #expect(cluster.text("/etc/ll-node/addons.conf", on: "master-2").contains("worker-3"))

    try cluster.install("worker-3")
    let start = try cluster.shell("ssh core@worker-3 sudo systemctl restart openbao-agent")
    #expect(start.status == 0, "\(start.errors)")
    let login = try #require(cluster.released("login", on: "worker-3")["login.pem"])
    try login.write(to: cluster.memory.appendingPathComponent("leaf.pem"))
    let leaf = try Command(
      ["openssl", "x509", "-in", cluster.memory.appendingPathComponent("leaf.pem").path, "-noout", "-subject"])
    #expect(leaf.output.contains("OU = worker") && leaf.output.contains("CN = worker-3"), "\(leaf.output)")
  }

  @Test("new masters get the static key of the cluster, and every master knows every other")
  func addedMasters() throws {
    let cluster = try OperatedCluster()
    let key = try #require(cluster.releasedKey(on: "master-1"))
    try cluster.add([
      (name: "master-4", role: "master", address: "10.20.0.14"),
      (name: "master-5", role: "master", address: "10.20.0.15"),
    ])
    try cluster.run(Self.masters, 0)
    for node in ["master-4", "master-5"] {
      try cluster.install(node)
      #expect(try cluster.starts(node))
      #expect(cluster.releasedKey(on: node) == key)
      #expect(!FileManager.default.fileExists(atPath: cluster.path("nodes/\(node)/etc/openbao-bootstrap")))
    }
    for node in OperatedCluster.masters {
      let text = cluster.text("/etc/openbao/openbao.hcl", on: node)
      #expect(text.contains("https://10.20.0.14:8200") && text.contains("https://10.20.0.15:8200"))
      #expect(cluster.releasedKey(on: node) == key)
    }
    for node in OperatedCluster.nodes {
      #expect(cluster.text("/etc/haproxy/haproxy.cfg", on: node).contains("10.20.0.15:8200"))
    }
  }

  @Test("a node that leaves is revoked, nothing sealed to it stays, and the others forget it")
  func departedNode() throws {
    let cluster = try OperatedCluster()
    let serial = try cluster.serial("worker-2.login")
    try cluster.removeLastNode()
    try cluster.run("A node leaves for good", 0)
    let listed = try cluster.certificates()
    #expect(listed.contains("worker-2.login, serial \(serial), cessationOfOperation"), "\(listed)")
    let list = try Command(
      ["openssl", "crl", "-in", cluster.path("pki/bootstrap.crl.pem"), "-noout", "-text"])
    #expect(list.output.lowercased().contains(serial), "\(list.output)")
    #expect(!FileManager.default.fileExists(atPath: cluster.path("sealed/worker-2.login.pem")))
    #expect(!FileManager.default.fileExists(atPath: cluster.path("out/worker-2.ign")))
    #expect(!cluster.text("/etc/hosts", on: "master-1").contains("worker-2"))
    try cluster.run("A node leaves for good", 1)
  }

  @Test("an update that was approved before the reboot boots, and so does the old system")
  func approvedUpdate() throws {
    let cluster = try OperatedCluster()
    let key = try #require(cluster.releasedKey(on: "master-2"))
    try cluster.folder.write("# an update that changes nothing that PCR 7 measures\n", to: "staged.conf")
    let before = try cluster.desk.run(["pki", "show", "--cluster", cluster.desk.clusterFile]).output
    try cluster.run("Approve an update of the operating system", 0)
    #expect(try cluster.folder.text("sealed/master-2.openbao.json").contains("FCOS 45"))
    #expect(try !cluster.folder.text("sealed/master-1.openbao.json").contains("FCOS 45"))
    #expect(try cluster.starts("master-2"))
    #expect(cluster.releasedKey(on: "master-2") == key)
    #expect(try cluster.certificates() == before)
  }
}

extension OperatedCluster {
  /// The serial number of the certificate `name`, as openssl reads it, in lower case without leading zeros.
  func serial(_ name: String) throws -> String {
    let read = try Command(["openssl", "x509", "-in", path("pki/\(name).pem"), "-noout", "-serial"])
    let digits = read.output.trimmingCharacters(in: .whitespacesAndNewlines).split(separator: "=").last ?? ""
    return digits.lowercased()
  }
}
