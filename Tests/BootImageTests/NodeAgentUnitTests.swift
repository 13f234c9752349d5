import BootChain
import Diagnostics
import Quadlet
import SystemdUnit
import TestSupport
import Testing

@testable import BootImage

@Suite("The node agent's settings")
struct NodeAgentUnitTests {
  @Test(
    "the units it looks after are the rendered ones that stay active, in the chain's order",
    arguments: ["master-1", "worker-1"])
  func watched(node: String) throws {
    let content = try ExampleInputs().plan(node).content()
    var report = Report()
    let settings = try UnitFile(parsing: #require(content.text("/etc/ll-agent/ll-agent.conf")), report: &report)
    #expect(report.findings.isEmpty)
    let watched = settings.values(of: "Unit", in: "Agent")
    let rendered = content.units.compactMap { unit in unit.file.map { (unit.name, $0) } }
    // As systemd reads them: a oneshot ends inactive unless it remains, and a mount or a slice is nobody's daemon.
    let staying = rendered.filter { name, file in
      name.hasSuffix(".service") && name != ChainUnit.agent
        && (file.value(of: "Type", in: "Service") != "oneshot"
          || file.value(of: "RemainAfterExit", in: "Service") == "yes")
    }.map(\.0)
    let chain = try ExampleInputs().plan(node).chain.stages.map(\.unit)
    let generated = content.quadlets.map(\.unit.serviceName)
    #expect(Set(watched) == Set((staying + generated).filter(chain.contains)))
    #expect(watched == chain.filter(Set(watched).contains))
    #expect(watched.contains(ChainUnit.kubelet) && watched.contains(ChainUnit.openbaoAgent))
  }

  @Test("what firmware says for root only is handed in, with a stand-in for a machine that has no such file")
  func credentials() throws {
    let unit = try #require(try ExampleInputs().plan("worker-1").content().unit(ChainUnit.agent)?.file)
    let loaded = unit.values(of: "LoadCredential", in: "Service").map { $0.split(separator: ":").map(String.init) }
    // HardwareIdentity's names for the facts, and the kernel's for the files (sysfs-devices-... dmi/id).
    #expect(
      loaded == [
        ["product-uuid", "/sys/class/dmi/id/product_uuid"], ["board-serial", "/sys/class/dmi/id/board_serial"],
        ["chassis-serial", "/sys/class/dmi/id/chassis_serial"],
      ])
    #expect(unit.values(of: "SetCredential", in: "Service") == loaded.map { "\($0[0]):absent" })
  }

  @Test("it gets no capability but what it needs to let go of them, and systemd waits for its reload")
  func service() throws {
    let unit = try #require(try ExampleInputs().plan("master-1").content().unit(ChainUnit.agent)?.file)
    #expect(unit.value(of: "CapabilityBoundingSet", in: "Service") == "CAP_DAC_OVERRIDE CAP_SETGID CAP_SETPCAP")
    #expect(unit.value(of: "NoNewPrivileges", in: "Service") == "yes")
    // systemd.service(5): notify-reload sends SIGHUP itself, and waits for RELOADING=1 and READY=1.
    #expect(unit.value(of: "Type", in: "Service") == "notify-reload")
    #expect(unit.value(of: "ExecReload", in: "Service") == nil)
  }
}
