import BootChain
import SystemdUnit
import Testing

@Suite("The boot chain")
struct BootChainTests {
  static let shapes: [BootChain.Shape] = [false, true].flatMap { isMaster in
    [false, true].flatMap { flag in
      [
        BootChain.Shape(
          isMaster: isMaster, initialises: isMaster && flag, hasKeepalived: isMaster && flag, hasSysexts: flag,
          hasAgent: !flag, runtimeArchives: flag ? [] : ["cri-o", "cni-plugins"],
          addonArchives: isMaster ? ["cilium-cli"] : [], toolArchives: flag ? ["crictl"] : [])
      ]
    }
  }

  @Test("keeps its own rules in every shape", arguments: shapes)
  func soundness(shape: BootChain.Shape) {
    #expect(BootChain(shape).violations() == [])
  }

  @Test(
    "each stage follows what the architecture document says it follows",
    arguments: [
      (true, ChainUnit.openbao, ChainUnit.networkOnline), (true, ChainUnit.openbao, ChainUnit.tpmUnseal),
      (true, ChainUnit.openbaoAgent, ChainUnit.openbao), (false, ChainUnit.openbaoAgent, ChainUnit.tpmLogin),
      (true, ChainUnit.kubelet, ChainUnit.pkiReady), (false, ChainUnit.kubelet, ChainUnit.pkiReady),
      (true, ChainUnit.clusterAddons, ChainUnit.kubelet), (false, ChainUnit.ciliumReady, ChainUnit.kubelet),
      (false, ChainUnit.agent, ChainUnit.networkOnline),
    ])
  func order(isMaster: Bool, unit: String, earlier: String) {
    #expect(BootChain(.init(isMaster: isMaster)).reaches(earlier, from: unit))
  }

  @Test("a worker has no server, no unseal and no control plane stage")
  func worker() {
    let chain = BootChain(.init(isMaster: false))
    for unit in [ChainUnit.openbao, ChainUnit.tpmUnseal, ChainUnit.tpmRelease, ChainUnit.clusterAddons] {
      #expect(chain[unit] == nil)
    }
  }

  @Test("the agent waits for the network alone")
  func agent() throws {
    let agent = try #require(BootChain(.init(isMaster: true))[ChainUnit.agent])
    #expect(agent.after == [ChainUnit.networkOnline])
  }

  @Test("a kubelet that waits for OpenBao is found out")
  func kubeletBehindOpenBao() throws {
    var chain = BootChain(.init(isMaster: true))
    let index = try #require(chain.stages.firstIndex { $0.unit == ChainUnit.pkiReady })
    chain.stages[index].after.append(ChainUnit.openbaoAgent)
    #expect(chain.violations() == ["kubelet follows openbao.service", "kubelet follows openbao-agent.service"])
  }

  @Test("an unseal that something else starts, or nothing, is found out")
  func unseal() throws {
    var chain = BootChain(.init(isMaster: true))
    let index = try #require(chain.stages.firstIndex { $0.unit == ChainUnit.openbaoAgent })
    chain.stages[index].wants.append(ChainUnit.tpmUnseal)
    #expect(chain.violations().contains { $0.hasPrefix("ll-tpm-unseal.service is started by") })
    chain.stages[index].wants.removeLast()
    let server = try #require(chain.stages.firstIndex { $0.unit == ChainUnit.openbao })
    chain.stages[server].wants.removeAll { $0 == ChainUnit.tpmUnseal }
    #expect(chain.violations().contains("nothing starts ll-tpm-unseal.service"))
  }

  @Test("a stage that waits for a later one is found out, as is one that waits for nobody's unit")
  func cycles() throws {
    var chain = BootChain(.init(isMaster: false))
    let index = try #require(chain.stages.firstIndex { $0.unit == ChainUnit.crio })
    chain.stages[index].after.append(ChainUnit.kubelet)
    chain.stages[index].wants.append("nobody.service")
    #expect(
      chain.violations() == [
        "crio.service waits for kubelet.service, which does not stand before it",
        "crio.service wants nobody.service, which is no stage",
      ])
  }

  @Test("no stage requires another, every stage may fail for ever, and each is restarted", arguments: shapes)
  func unitSections(shape: BootChain.Shape) {
    for stage in BootChain(shape).stages where stage.start != .system {
      let section = stage.unitSection
      #expect(!section.directives.contains { ["Requires", "BindsTo", "Requisite", "PartOf"].contains($0.key) })
      #expect(section.directives.contains { $0.key == "StartLimitIntervalSec" && $0.value == "0" })
      let restart = stage.restart(after: 2).first { $0.key == "Restart" }?.value
      switch stage.form {
      case .service, .quadlet: #expect(restart == "always")
      default: #expect(restart == "on-failure")
      }
    }
  }
}

@Suite("Pictures of the chain")
struct ChainPictureTests {
  @Test("the tree has every stage once")
  func tree() {
    let chain = BootChain(.init(isMaster: true, initialises: true))
    let lines = ChainTree(chain).text.split(separator: "\n")
    for stage in chain.stages {
      #expect(lines.filter { $0.contains("\(stage.unit)  \(stage.summary)") }.count == 1, "\(stage.unit)")
    }
  }

  @Test("Mermaid has an arrow for every direct wait and nothing else")
  func mermaid() {
    let chain = BootChain(.init(isMaster: true))
    let arrows = chain.mermaid.split(separator: "\n").filter { $0.contains(" --> ") }
    #expect(arrows.count == chain.directOrder.map(\.after.count).reduce(0, +))
  }

  @Test("the picture is well-formed: every element opened is closed, every text escaped")
  func svg() {
    let text = ChainSVG(BootChain(.init(isMaster: true))).text
    #expect(text.hasPrefix("<svg ") && text.hasSuffix("</svg>\n"))
    #expect(text.components(of: "<g>") == text.components(of: "</g>"))
    #expect(!text.contains(" & "))
  }

  @Test("the reduction drops a wait that follows from another, and keeps what it means")
  func reduction() throws {
    let chain = BootChain(.init(isMaster: true))
    let openbao = try #require(chain.directOrder.first { $0.unit == ChainUnit.openbao })
    #expect(!openbao.after.contains(ChainUnit.networkOnline))
    #expect(chain.reaches(ChainUnit.networkOnline, from: ChainUnit.openbao))
  }
}

extension String {
  fileprivate func components(of part: String) -> Int {
    var count = 0
    var rest = Substring(self)
    while let range = rest.firstRange(of: part) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
