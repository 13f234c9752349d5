import BootChain
import BootLab
import Foundation
import TestSupport
import Testing

/// Nodes in emulated machines: a kernel, an initramfs with the real Ignition that reads fw_cfg, and a TPM that has measured this very boot.
/// Their peers are containers.
@Suite("Boots in emulated machines", .serialized, .needsLab, .timeLimit(.minutes(40)))
struct EmulatedBootTests {
  private static let peers = ["master-1", "master-2"]

  @Test("a worker comes from sealed secrets to the last proof")
  func worker() throws { try bootsBesideTwoMasters("worker-1", goal: 12) }

  @Test("a master comes from sealed secrets to the last proof", .needsWholeMatrix)
  func master() throws { try bootsBesideTwoMasters("master-3", goal: 20) }

  private func bootsBesideTwoMasters(_ name: String, goal: Int) throws {
    let machines = try LabMachines("emulated-\(name)", desk: "emulated", timeout: 2000)
    defer { machines.end() }
    try machines.boot(Self.peers)
    try machines.expectWords("master-3", on: "master-1", unit: ChainUnit.bootstrapGate)
    _ = try machines.output(
      "master-1", ["sh", "-c", "mkdir -p /run/ll && echo master-3 >/run/ll/bootstrap-absent-peers"])
    try machines.expectProof(on: Self.peers)
    try machines.emulate(name)
    try machines.expectProof(on: [name], seconds: 1500)
    try machines.report([name], "\(name) in a virtual machine")
    let budget = try machines.emulatedBudget(name)
    let time = try machines.time(name)
    print("  goal \(goal) s, a processor \(budget.factor) times slower: \(budget.limit) of which \(time) were taken")
    try machines.expectOneCluster(of: Self.peers)
    try machines.expectNodes(Self.peers + [name], askedFrom: "master-1")
  }

  @Test(
    "a disk with its own boot loader, as Fedora CoreOS's is, comes to the same last proof, and again without Ignition",
    .needsWholeMatrix)
  func ownBootLoader() throws {
    let machines = try LabMachines("image", desk: "emulated", timeout: 3000)
    defer { machines.end() }
    let disk = "\(machines.kept)/stand-in.qcow2"
    let made = try Command([SharedFolder.checkout.appendingPathComponent("scripts/lab/disk").path, disk], seconds: 600)
    try #require(made.status == 0, "\(made.errors)")
    defer { try? FileManager.default.removeItem(atPath: disk) }
    try machines.boot(LabMachines.masters)
    try machines.expectProof(on: LabMachines.masters, seconds: 300)
    for isFirst in [true, false] {
      try machines.emulate("worker-1", isFirst: isFirst, image: disk)
      try machines.expectProof(on: ["worker-1"], seconds: 1500)
      try machines.report(["worker-1"], isFirst ? "worker-1 from a disk that boots by itself" : "its second boot")
      try machines.powerOff(["worker-1"])
    }
  }

  @Test("a clock in 1970: the gate says so; the chain completes when time servers have set it", .needsWholeMatrix)
  func clockOf1970() throws {
    let machines = try LabMachines("clock-1970", desk: "emulated", timeout: 2000)
    defer { machines.end() }
    try machines.edit("worker-1") { config in
      // What a time server does, from the lab's own clock, once the gate has been waiting.
      let unit = """
        [Unit]
        After=network-online.target
        [Service]
        Type=oneshot
        ExecStart=/bin/sh -c 'sleep 90; date --set="$$(curl --silent --head http://10.20.0.1:8080/ | sed -n "s/^Date: //p")"'
        [Install]
        WantedBy=multi-user.target
        """
      var systemd = try #require(config["systemd"] as? [String: Any])
      var units = try #require(systemd["units"] as? [[String: Any]])
      units.append(["name": "test-time.service", "enabled": true, "contents": unit])
      systemd["units"] = units
      config["systemd"] = systemd
    }
    try machines.boot(LabMachines.masters)
    try machines.expectProof(on: LabMachines.masters, seconds: 300)
    try machines.emulate("worker-1", clock: "1970-01-01T00:00:00")
    try machines.expectWords("is the clock wrong?", on: "worker-1", unit: ChainUnit.pkiReady, seconds: 600)
    #expect(try !machines.isReady(ChainUnit.kubelet, on: "worker-1"), "kubelet started with a wrong clock")
    try machines.expectProof(on: ["worker-1"], seconds: 900)
  }

  @Test(
    "bootstrap certificates that have expired: the listener says so on its own node, and kubelet does not start",
    .needsWholeMatrix)
  func expiredBootstrap() throws {
    let machines = try LabMachines("expired", desk: "emulated", timeout: 1200)
    defer { machines.end() }
    // The desk's first certificates live for two years.
    try machines.emulate("master-2", clock: "2030-01-01T00:00:00")
    try machines.expectWords(
      "bootstrap-listener.pem: error: expired by this node's clock", on: "master-2", unit: ChainUnit.openbaoListener,
      seconds: 900)
    #expect(try !machines.isReady(ChainUnit.openbao, on: "master-2"), "an unsealed OpenBao behind an expired listener")
    #expect(try !machines.isReady(ChainUnit.kubelet, on: "master-2"), "kubelet started")
  }
}
