import BootChain
import Foundation
import Quadlet
import SystemdUnit
import TestSupport
import Testing

@testable import BootImage

/// DESIGN.md's *Boot*, rule by rule, on what is rendered for every node of the example.
@Suite("The rules of boot, in the rendered units")
struct BootRuleTests {
  static let nodes = ["master-1", "master-2", "worker-1"]
  private let contents: [String: NodeContent]

  init() throws {
    let inputs = try ExampleInputs()
    contents = try Dictionary(
      uniqueKeysWithValues: Self.nodes.map {
        ($0, try inputs.plan($0, options: BuildOptions(bootstrap: true)).content())
      })
  }

  private func content(_ node: String) throws -> NodeContent { try #require(contents[node]) }

  private func files(_ node: String) throws -> [(name: String, file: UnitFile)] {
    let content = try content(node)
    return content.units.compactMap { unit in unit.file.map { (unit.name, $0) } }
      + content.quadlets.map { ($0.unit.name, $0.unit.file) }
  }

  @Test("no stage requires another; a mount of secrets is the only thing that may", arguments: nodes)
  func wantsNotRequires(node: String) throws {
    for (name, file) in try files(node) where name != "var.mount" {
      for key in ["Requires", "BindsTo", "Requisite", "PartOf"] {
        #expect(file.values(of: key, in: "Unit") == [], "\(name)")
      }
    }
  }

  @Test("no service has a start limit; services restart always, oneshots on failure", arguments: nodes)
  func restarts(node: String) throws {
    for (name, file) in try files(node) where name.hasSuffix(".service") || name.hasSuffix(".container") {
      #expect(file.value(of: "StartLimitIntervalSec", in: "Unit") == "0", "\(name)")
      let isOneshot = file.value(of: "Type", in: "Service") == "oneshot"
      #expect(file.value(of: "Restart", in: "Service") == (isOneshot ? "on-failure" : "always"), "\(name)")
      #expect(file.value(of: "RestartSec", in: "Service") != nil, "\(name)")
    }
  }

  @Test("whoever wants a unit of the chain says in which order, and every unit named exists", arguments: nodes)
  func names(node: String) throws {
    let content = try content(node)
    let known = Set(content.units.map(\.name) + content.quadlets.map(\.unit.serviceName) + [ChainUnit.networkOnline])
    for (name, file) in try files(node) where name != "var.mount" {
      let lists: [String] = file.values(of: "Wants", in: "Unit") + file.values(of: "After", in: "Unit")
      let words: [String] = lists.flatMap { $0.split(separator: " ").map(String.init) }
      for word in words { #expect(known.contains(word), "\(name) names \(word)") }
    }
  }

  @Test("the unseal runs again before every start of OpenBao, for nothing else, and does not linger")
  func unseal() throws {
    let content = try content("master-1")
    let unseal = try #require(content.unit(ChainUnit.tpmUnseal)?.file)
    #expect(unseal.value(of: "RemainAfterExit", in: "Service") == nil)
    #expect(unseal.sections.allSatisfy { $0.name != "Install" })
    let starters = try files("master-1").filter { _, file in
      file.values(of: "Wants", in: "Unit").contains { $0.split(separator: " ").contains("ll-tpm-unseal.service") }
    }
    #expect(starters.map(\.name) == ["openbao.container"])
    let release = try #require(content.unit(ChainUnit.tpmRelease)?.file)
    #expect(release.value(of: "After", in: "Unit") == "openbao.service")
    #expect(try #require(release.value(of: "ExecStart", in: "Service")).contains("/v1/sys/health?standbyok=true"))
    #expect(!contentsMention("ll-tpm cap"))
  }

  @Test("who may initialise does not start before the gate has decided, and never may again once it was healthy")
  func bootstrapOrder() throws {
    let content = try content("master-1")
    let openbao = try #require(content.quadlet("openbao.container")).unit.file
    let gate = try #require(content.unit(ChainUnit.bootstrapGate)?.file?.value(of: "ExecStart", in: "Service"))
    let words = gate.split(separator: " ").map(String.init)
    let out = try #require(words.firstIndex(of: "--out").map { words[$0 + 1] })
    let folder = out.split(separator: "/").dropLast().map { "/\($0)" }.joined()
    #expect(openbao.value(of: "ExecStartPre", in: "Service") == "/usr/bin/test -e \(folder)/decided")
    let wanted = try #require(openbao.value(of: "Wants", in: "Unit")).split(separator: " ").map(String.init)
    #expect(wanted.contains(ChainUnit.bootstrapGate) && wanted.contains(ChainUnit.bootstrapConfirm))
    let confirm = try #require(content.unit(ChainUnit.bootstrapConfirm)?.file)
    #expect(confirm.value(of: "After", in: "Unit") == ChainUnit.openbao)
    #expect(confirm.value(of: "Restart", in: "Service") == "on-failure")
    // On every other master OpenBao waits for no decision.
    let other = try #require(try self.content("master-2").quadlet("openbao.container")).unit.file
    #expect(other.value(of: "ExecStartPre", in: "Service") == nil)
    #expect(try self.content("master-2").unit(ChainUnit.bootstrapConfirm) == nil)
  }

  private func contentsMention(_ text: String) -> Bool {
    contents.values.contains { $0.units.contains { $0.file?.text.contains(text) ?? false } }
  }

  @Test("OpenBao is ready when healthy, checked every second, and never a development server")
  func openbao() throws {
    let file = try #require(try content("master-2").quadlet("openbao.container")).unit.file
    #expect(file.value(of: "Notify", in: "Container") == "healthy")
    #expect(file.value(of: "HealthInterval", in: "Container") == "1s")
    #expect(try #require(file.value(of: "Exec", in: "Container")).hasPrefix("server -config="))
    #expect(file.value(of: "MemorySwapMax", in: "Service") == "0")
  }

  @Test("kubelet follows the gate, never OpenBao, and looks once more itself", arguments: nodes)
  func kubelet(node: String) throws {
    let file = try #require(try content(node).unit(ChainUnit.kubelet)?.file)
    let after = try #require(file.value(of: "After", in: "Unit")).split(separator: " ")
    #expect(after.contains("kube-pki-ready.service"))
    #expect(!after.contains { $0.hasPrefix("openbao") })
    #expect(try #require(file.value(of: "ExecStartPre", in: "Service")).contains("ll-node pki-ready --once"))
    let gate = try #require(try content(node).unit(ChainUnit.pkiReady)?.file)
    #expect(gate.value(of: "TimeoutStartSec", in: "Service") == "infinity")
    #expect(gate.value(of: "After", in: "Unit") == ChainUnit.networkOnline)
  }

  @Test("on masters the OpenBao agent also follows OpenBao; on workers nothing of the server exists")
  func agents() throws {
    func after(_ node: String) throws -> [Substring] {
      let file = try #require(try content(node).quadlet("openbao-agent.container")).unit.file
      return try #require(file.value(of: "After", in: "Unit")).split(separator: " ")
    }
    #expect(try after("master-1").contains("openbao.service"))
    #expect(try !after("worker-1").contains("openbao.service"))
    let worker = try content("worker-1")
    #expect(worker.quadlet("openbao.container") == nil && worker.unit(ChainUnit.tpmUnseal) == nil)
    #expect(worker.files.allSatisfy { !$0.path.hasPrefix("/etc/openbao/") && !$0.path.contains("/manifests/") })
  }

  @Test("quadlets carry their own [Install]; Ignition enables no generated service", arguments: nodes)
  func installs(node: String) throws {
    let content = try content(node)
    for quadlet in content.quadlets {
      #expect(quadlet.unit.file.values(of: "WantedBy", in: "Install") == ["multi-user.target"], "\(quadlet.unit.name)")
      #expect(content.unit(quadlet.unit.serviceName) == nil)
    }
    for unit in content.units where unit.state == .enabled && unit.file != nil {
      #expect(unit.file?.sections.contains { $0.name == "Install" } == true, "\(unit.name)")
    }
  }

  @Test("a folder that several containers mount is labelled z, one of a single container Z", arguments: nodes)
  func labels(node: String) throws {
    let volumes: [String] = try content(node).quadlets.flatMap { $0.unit.file.values(of: "Volume", in: "Container") }
    let mounts: [[String]] = volumes.map { $0.split(separator: ":").map(String.init) }
    for mount in mounts {
      let options = try #require(mount.last).split(separator: ",")
      let sharers = mounts.filter { $0[0] == mount[0] }.count
      // The control plane's pods and kubelet read these two as well.
      let isShared = sharers > 1 || ["/etc/kubernetes/pki", "/etc/ll/anchors"].contains(mount[0])
      #expect(options.contains(isShared ? "z" : "Z"), "\(mount.joined(separator: ":"))")
      #expect(!options.contains(isShared ? "Z" : "z"), "\(mount.joined(separator: ":"))")
    }
  }

  @Test(
    "haproxy listens on loopback, OpenBao on the node's own address, and both lists have every master", arguments: nodes
  )
  func addresses(node: String) throws {
    let content = try content(node)
    let haproxy = try #require(content.text("/etc/haproxy/haproxy.cfg"))
    let binds = haproxy.split(separator: "\n").filter { $0.contains("bind ") }
    #expect(binds == ["  bind 127.0.0.1:7443", "  bind 127.0.0.1:8200"])
    for address in ["10.20.0.11", "10.20.0.12", "10.20.0.13"] {
      #expect(haproxy.contains(" \(address):6443 ") && haproxy.contains(" \(address):8200 "))
    }
    if node.hasPrefix("master") {
      let hcl = try #require(content.text("/etc/openbao/openbao.hcl"))
      let own = try #require(node.last).wholeNumberValue ?? 0
      #expect(hcl.contains("address = \"10.20.0.1\(own):8200\"") && !hcl.contains("0.0.0.0"))
      #expect(hcl.components(separatedBy: "retry_join").count == 3)
    }
    for kubeconfig in content.files where kubeconfig.path.hasSuffix("kubelet.kubeconfig") {
      #expect(content.text(kubeconfig.path)?.contains("https://127.0.0.1:7443") == true)
    }
  }

  @Test("root nodes register untainted", arguments: nodes)
  func taints(node: String) throws {
    let kubelet = try #require(try content(node).text("/etc/kubernetes/kubelet.yaml"))
    #expect(!kubelet.contains("registerWithTaints"))
    #expect(!contentsMention("--register-with-taints"))
  }

  @Test("self-initialisation stands on exactly one master and only with --bootstrap, behind its gate")
  func bootstrap() throws {
    func holders(_ contents: some Collection<NodeContent>) -> Int {
      contents.filter { content in
        content.files.contains { file in
          if case .text(let text) = file.contents { return text.contains("initialize \"") }
          return false
        }
      }.count
    }
    #expect(holders(contents.values) == 1)
    let plain = try Self.nodes.map { try ExampleInputs().plan($0).content() }
    #expect(holders(plain) == 0)
    #expect(plain.allSatisfy { $0.unit(ChainUnit.bootstrapGate) == nil })
    let openbao = try #require(try content("master-1").quadlet("openbao.container")).unit.file
    #expect(try #require(openbao.value(of: "After", in: "Unit")).contains(ChainUnit.bootstrapGate))
    // Never in the folder that the server reads anyway.
    #expect(
      try content("master-1").files.filter { $0.path.hasPrefix("/etc/openbao/") }.map(\.path) == [
        "/etc/openbao/openbao.hcl"
      ])
  }

  @Test("released secrets live on a tmpfs that is never swapped, open to one container alone")
  func secrets() throws {
    for (name, owner) in [("run-ll-openbao.mount", "uid=100,gid=1000"), ("run-ll-login.mount", "uid=0,gid=0")] {
      let options = try #require(try content("master-1").unit(name)?.file?.value(of: "Options", in: "Mount")).split(
        separator: ",")
      for option in ["noswap", "mode=0500", "nosuid", "nodev", "noexec"] + owner.split(separator: ",").map(String.init)
      {
        #expect(options.contains(Substring(option)), "\(name) lacks \(option)")
      }
    }
  }

  @Test("nothing is written below /usr but /usr/local, which lies in /var", arguments: nodes)
  func writablePlaces(node: String) throws {
    for file in try content(node).files where file.path.hasPrefix("/usr/") {
      #expect(file.path.hasPrefix("/usr/local/"), "\(file.path)")
    }
  }

  @Test("every download has a hash and every image a digest", arguments: nodes)
  func pins(node: String) throws {
    let content = try content(node)
    for file in content.files {
      guard case .download(let remote) = file.contents else { continue }
      #expect(remote.hash.hex.count == 64 || remote.hash.hex.count == 128, "\(file.path)")
    }
    for quadlet in content.quadlets {
      #expect(try #require(quadlet.unit.file.value(of: "Image", in: "Container")).contains("@sha256:"))
    }
    let pulls = content.units.compactMap { $0.file?.value(of: "ExecStart", in: "Service") }.filter {
      $0.contains("podman pull")
    }
    #expect(!pulls.isEmpty && pulls.allSatisfy { $0.contains("@sha256:") })
  }
}
