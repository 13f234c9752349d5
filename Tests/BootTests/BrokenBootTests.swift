import BootChain
import BootLab
import Foundation
import TestSupport
import Testing

/// Nodes that cannot come up, alone in the lab: the chain stops where it must, and says why in words that help.
@Suite("Boots that must fail well", .serialized, .needsWholeMatrix)
struct BrokenBootTests {
  /// What kubelet must never do in these boots.
  private func expectNoKubelet(_ machines: LabMachines, on name: String) throws {
    #expect(try !machines.isReady(ChainUnit.kubelet, on: name), "kubelet started")
    #expect(try machines.output(name, ["sh", "-c", "systemctl is-active kubelet || true"]) != "active")
  }

  /// The timeline of a node that broke names `unit`, once what unpacks beside it is done.
  private func expectBreak(at unit: String, _ machines: LabMachines, on name: String) throws {
    let machine = try machines.machine(name)
    var broken: BootBreak?
    _ = try machine.wait(atMost: .seconds(60)) { entries in
      broken = machine.timeline().firstBreak(in: entries)
      return broken?.timing.stage.unit == unit
    }
    #expect(broken?.timing.stage.unit == unit, "\(broken?.line ?? "nothing broke")")
  }

  @Test("no TPM: the release says that there is none, and where to look")
  func missingTPM() throws {
    let machines = try LabMachines("tpm-missing")
    defer { machines.end() }
    try machines.boot(["worker-1"], withoutTPM: true)
    try machines.expectWords("/dev/tpmrm0", on: "worker-1", unit: ChainUnit.tpmLogin)
    try expectBreak(at: ChainUnit.tpmLogin, machines, on: "worker-1")
    try expectNoKubelet(machines, on: "worker-1")
  }

  @Test(
    "a TPM that was cleared: it is told apart from another machine's where that can be told, and the runbook is named")
  func clearedTPM() throws {
    let machines = try LabMachines("tpm-cleared")
    defer { machines.end() }
    let tpm = "\(machines.tpms)/worker-1"
    let cleared = try Command(
      [
        SharedFolder.checkout.appendingPathComponent("scripts/simulated-tpm").path, tpm, "\(machines.tpms)/eventlog",
        "--", "sh", "-ec", "TPM2TOOLS_TCTI=$LL_TCTI tpm2_clear -c p",
      ])
    try #require(cleared.status == 0, "\(cleared.errors)")
    try machines.boot(["worker-1"])
    try machines.expectWords("cleared", on: "worker-1", unit: ChainUnit.tpmLogin)
    try expectBreak(at: ChainUnit.tpmLogin, machines, on: "worker-1")
    try expectNoKubelet(machines, on: "worker-1")
  }

  @Test("a sealed file with one flipped bit: it is called corrupt by name, and nothing is released")
  func corruptFile() throws {
    let machines = try LabMachines("sealed-corrupt")
    defer { machines.end() }
    try machines.editFile("worker-1", "/etc/ll/sealed/login.pem") { data in
      // In the middle of the object, not in its frame.
      let index = data.startIndex + data.count / 2
      data[index] = data[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
    }
    try machines.boot(["worker-1"])
    try machines.expectWords(
      "the sealed bundle is not the one that the sidecar names", on: "worker-1", unit: ChainUnit.tpmLogin)
    try expectBreak(at: ChainUnit.tpmLogin, machines, on: "worker-1")
    #expect(try machines.output("worker-1", ["sh", "-c", "ls /run/ll/login | wc -l"]) == "0", "something was released")
    try expectNoKubelet(machines, on: "worker-1")
  }

  @Test("no master answers: the worker waits at the gate with the names of what is missing, and goes on waiting")
  func nobodyThere() throws {
    let machines = try LabMachines("nobody-there")
    defer { machines.end() }
    try machines.boot(["worker-1"])
    try machines.expectWords("/etc/kubernetes/pki/kubelet.pem", on: "worker-1", unit: ChainUnit.pkiReady)
    try expectNoKubelet(machines, on: "worker-1")
    // It goes on asking, as one that is up.
    try machines.wait("the agent runs") {
      try machines.output("worker-1", ["sh", "-c", "systemctl is-active openbao-agent || true"]) == "active"
    }
  }
}
