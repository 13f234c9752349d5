import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import ll_agent

@Suite("The agent's settings")
struct SettingsTests {
  private static func read(_ text: String) -> (AgentSettings, [String]) {
    var reader = AgentSettingsReader()
    let settings = reader.read(Array(text.utf8))
    return (settings, reader.report.sorted.map(\.description))
  }

  @Test("every key of the file is read")
  func wholeFile() {
    let (settings, findings) = Self.read(
      """
      # What collect reads, and what the others need.
      [Agent]
      NodeName=worker-1
      RootDirectory=/host
      Interval=2.5
      Unit=kubelet.service
      Unit=openbao-agent.service
      Operator=10.0.0.1:443
      OperatorAnchor=/etc/x.pem
      [TPM]
      TCTI=device:/dev/tpmrm0
      [OpenBao]
      Address=https://127.0.0.1:8200
      Anchor=/etc/b.pem
      ServerName=openbao
      [Kubelet]
      Address=https://127.0.0.1:10250
      Anchor=/etc/k.pem
      ClientCertificate=/etc/c.pem
      ClientKey=/etc/c.key
      """)
    #expect(findings.isEmpty)
    #expect(
      settings
        == AgentSettings(
          nodeName: "worker-1", rootDirectory: "/host", units: ["kubelet.service", "openbao-agent.service"],
          interval: .milliseconds(2500), kubeletAddress: KubeletAddress("https://127.0.0.1"),
          kubeletAnchor: "/etc/k.pem", kubeletTokenFile: nil, kubeletClientCertificate: "/etc/c.pem",
          kubeletClientKey: "/etc/c.key",
          session: SessionSettings(values: [
            .licenseOperator: ["10.0.0.1:443"], .operatorAnchor: ["/etc/x.pem"], .tcti: ["device:/dev/tpmrm0"],
            .address: ["https://127.0.0.1:8200"], .anchor: ["/etc/b.pem"], .serverName: ["openbao"],
          ])))
  }

  @Test("the file that ll-bootimage renders is accepted as it is")
  func rendered() throws {
    let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let folder = root.appendingPathComponent("images/master/expected")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL }
    let rendered = (files ?? []).filter { $0.lastPathComponent == "ll-agent.conf" }
    try #require(!rendered.isEmpty)
    for file in rendered {
      let (settings, findings) = Self.read(try String(contentsOf: file, encoding: .utf8))
      #expect(findings.isEmpty)
      #expect(settings.nodeName != nil)
      #expect(settings.kubeletAddress?.port == 10250)
    }
  }

  @Test(
    "each fault is found with its line, and no fault hides another",
    arguments: [
      ("[Agent]\nNodeNam=x\n", "2:1: error: unknown key NodeNam= in [Agent]"),
      ("[Agnt]\n", "1:1: error: unknown section [Agnt]"),
      ("[Agent]\nNodeName=a\nNodeName=b\n", "3:1: error: NodeName= a second time"),
      ("[Agent]\n[Agent]\n", "2:1: error: a second [Agent] section"),
      ("[Agent]\nNodeName=Worker_1\n", "2:1: error: NodeName= is no node's name"),
      ("[Agent]\nUnit=kubelet\n", "2:1: error: Unit= is no unit's name"),
      ("[Agent]\nUnit=foo@.service\n", "2:1: error: Unit= is no unit's name"),
      ("[Agent]\nInterval=0\n", "2:1: error: Interval= is no number of seconds"),
      ("[Agent]\nInterval=nan\n", "2:1: error: Interval= is no number of seconds"),
      ("[Agent]\nRootDirectory=host\n", "2:1: error: RootDirectory= is not an absolute path"),
      ("[Kubelet]\nAddress=http://127.0.0.1:10255\n", "2:1: error: Address= is not https://HOST:PORT"),
      ("[Kubelet]\nTokenFile=\n", "2:1: error: TokenFile= is empty"),
      ("[Kubelet]\nClientKey=/k\n", "1:1: error: a client certificate for the kubelet needs its key"),
      ("[Kubelet]\nTokenFile=/t\nClientCertificate=/c\nClientKey=/k\n", "1:1: error: a token file and a client"),
      ("[Agent]\nno sense\n", "2:1: error:"),
    ] as [(String, String)])
  func faults(_ text: String, _ finding: String) {
    for extra in ["", "[TPM]\nTCT=x\n"] {
      let (_, findings) = Self.read(text + extra)
      #expect(findings.contains { $0.hasPrefix(finding) }, "\(findings)")
      #expect(findings.count == (extra.isEmpty ? 1 : 2), "\(findings)")
    }
  }

  @Test(
    "an address is a host and a port behind https",
    arguments: [
      ("https://127.0.0.1:10250", "127.0.0.1", 10250), ("https://worker-1", "worker-1", 10250),
      ("https://[fd00::1]:1", "fd00::1", 1), ("https://[::1]/", "::1", 10250), ("http://127.0.0.1:10250", nil, 0),
      ("127.0.0.1:10250", nil, 0), ("https://", nil, 0), ("https://a:0", nil, 0), ("https://a:65536", nil, 0),
      ("https://a/b", nil, 0), ("https://u@a", nil, 0), ("https://[a]:1", nil, 0), ("https://[::1", nil, 0),
      ("https://a b", nil, 0), ("https://a:1:2", nil, 0), ("https://a?x", nil, 0), ("https://a\r\nX: y", nil, 0),
    ] as [(String, String?, Int)])
  func address(_ text: String, _ host: String?, _ port: Int) {
    let address = KubeletAddress(text)
    #expect(address?.host == host)
    if host != nil { #expect(address?.port == port) }
  }

  @Test("each variable of the environment is read, and a wrong one named")
  func environment() {
    let good = AgentSettings.environment([
      "LL_NODE_NAME": "w", "LL_ROOTFS": "/host", "LL_UNITS": "a.service b.mount", "LL_INTERVAL": "7",
      "LL_KUBELET_ADDRESS": "https://h:1", "LL_KUBELET_ANCHOR": "/a", "LL_KUBELET_TOKEN_FILE": "/t",
      "LL_KUBELET_CLIENT_CERTIFICATE": "/c", "LL_KUBELET_CLIENT_KEY": "/k",
    ])
    #expect(good.faults.isEmpty)
    #expect(
      good.settings
        == AgentSettings(
          nodeName: "w", rootDirectory: "/host", units: ["a.service", "b.mount"], interval: .seconds(7),
          kubeletAddress: KubeletAddress("https://h:1"), kubeletAnchor: "/a", kubeletTokenFile: "/t",
          kubeletClientCertificate: "/c", kubeletClientKey: "/k"))
    let names = ["LL_NODE_NAME", "LL_ROOTFS", "LL_UNITS", "LL_INTERVAL", "LL_KUBELET_ADDRESS", "LL_KUBELET_ANCHOR"]
    for name in names {
      #expect(AgentSettings.environment([name: "?"]).faults.map { $0.hasPrefix("\(name): error: ") } == [true])
      #expect(AgentSettings.environment([name: ""]) == (AgentSettings(), []))
    }
  }

  @Test("a way of proving who we are replaces the other, and is never mixed with it")
  func credentials() {
    let token = AgentSettings(kubeletTokenFile: "/t")
    let pair = AgentSettings(kubeletAnchor: "/a", kubeletClientCertificate: "/c", kubeletClientKey: "/k")
    #expect(token.over(pair) == AgentSettings(kubeletAnchor: "/a", kubeletTokenFile: "/t"))
    #expect(pair.over(token) == pair)
    #expect(AgentSettings().over(pair) == pair)
    #expect(token.over(pair).conflict == nil)
  }
}
