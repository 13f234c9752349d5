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
}
