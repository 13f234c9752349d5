import BootChain
import Diagnostics
import Foundation
import Ignition
import Quadlet
import SystemdUnit
import TestSupport
import Testing

@testable import BootImage

@Suite("Rendering a node")
struct RenderingTests {
  @Test("the same inputs give the same bytes, in any order of nodes and at any time")
  func determinism() throws {
    func bytes() throws -> [UInt8]? {
      var report = Report()
      var quadlets = SoundQuadlets()
      return NodeBuild(
        try ExampleInputs().plan("master-1", options: BuildOptions(bootstrap: true)), spec: .v35, quadlets: &quadlets,
        report: &report
      ).config
    }
    let first = try bytes()
    #expect(try first != nil && first == bytes())
  }

  @Test("every spec from 3.3.0 on takes what the example needs", arguments: SpecVersion.allCases.filter { $0 >= .v33 })
  func specs(spec: SpecVersion) throws {
    for node in ["master-1", "worker-1"] {
      var report = Report()
      var quadlets = SoundQuadlets()
      let config = NodeBuild(try ExampleInputs().plan(node), spec: spec, quadlets: &quadlets, report: &report).config
      #expect(report.isEmpty, "\(report.sorted)")
      #expect(IgnitionConfig.parse(try #require(config)).report.isEmpty)
    }
  }

  @Test("an older spec than the content needs is a finding that says what it lacks")
  func oldSpec() throws {
    var report = Report()
    var quadlets = SoundQuadlets()
    let config = NodeBuild(try ExampleInputs().plan("worker-1"), spec: .v30, quadlets: &quadlets, report: &report)
      .config
    #expect(config == nil)
    #expect(report.sorted.contains { $0.path?.description.hasPrefix("$.storage.luks") == true }, "\(report.sorted)")
  }

  @Test("a mirror takes every download and every image, and keeps every hash")
  func mirror() throws {
    var inputs = try ExampleInputs()
    inputs.cluster.definition.mirror = "http://mirror.example.internal:8080"
    inputs.cluster.definition.artifacts = nil
    let programs = ArtifactFolder.programs.map {
      ProgramArtifact(name: $0, hash: .init(function: .sha256, hex: String(repeating: "a", count: 64)))
    }
    let before = try ExampleInputs().plan("master-1").content()
    let content = try inputs.plan("master-1", options: BuildOptions(programs: programs)).content()
    for file in content.files {
      guard case .download(let remote) = file.contents else { continue }
      #expect(remote.url.hasPrefix("http://mirror.example.internal:8080/"), "\(file.path)")
      guard case .download(let original)? = before.files.first(where: { $0.path == file.path })?.contents else {
        continue
      }
      #expect(remote.hash == original.hash)
      let path = String(remote.url.dropFirst("http://mirror.example.internal:8080/".count))
      #expect(original.url == "https://\(path)")
    }
    let registries = try #require(content.text("/etc/containers/registries.conf.d/50-low-layer-mirror.conf"))
    for registry in ["docker.io", "ghcr.io", "quay.io", "registry.k8s.io"] {
      #expect(
        registries.contains(
          "prefix = \"\(registry)\"\nlocation = \"mirror.example.internal:8080/\(registry)\"\ninsecure = true"))
    }
    #expect(content.missing.programs == [])
  }

  @Test("our own programs are hashed at build; without a folder they are missing, by name")
  func programs() throws {
    let content = try ExampleInputs().plan("worker-1").content()
    #expect(content.missing.programs.sorted() == ["ll-agent", "ll-node", "ll-tpm"])
    #expect(content.missing.sealed == ["/etc/ll/sealed/login.pem", "/etc/ll/sealed/login.json"])
    #expect(
      try ExampleInputs().plan("master-1").content().missing.sealed == [
        "/etc/ll/sealed/openbao.pem", "/etc/ll/sealed/openbao.json", "/etc/ll/sealed/login.pem",
        "/etc/ll/sealed/login.json",
      ])
  }

  @Test("a sysext takes the place of the binaries it provides, and merges before the chain")
  func sysext() throws {
    var inputs = try ExampleInputs()
    let hash = RemoteFile.Hash(function: .sha256, hex: String(repeating: "b", count: 64))
    inputs.images[.worker]?.definition.sysexts = [
      .init(
        name: "kubernetes", file: RemoteFile(url: "https://example.org/k.raw", hash: hash), provides: [.kubelet, .crio])
    ]
    let content = try inputs.plan("worker-1").content()
    #expect(content.files.contains { $0.path == "/etc/extensions/kubernetes.raw" })
    #expect(!content.files.contains { $0.path.hasSuffix("/kubelet") || $0.path.contains("cri-o-") })
    #expect(content.unit(ChainUnit.unpack("cri-o")) == nil)
    #expect(content.unit(ChainUnit.sysext)?.state == .enabled)
    let kubelet = try #require(content.unit(ChainUnit.kubelet)?.file)
    #expect(try #require(kubelet.value(of: "After", in: "Unit")).hasPrefix(ChainUnit.sysext))
    #expect(try #require(kubelet.value(of: "ExecStart", in: "Service")).hasPrefix("/usr/bin/kubelet "))
  }

  @Test("keepalived takes kube-vip's place when it is chosen")
  func keepalived() throws {
    var inputs = try ExampleInputs()
    inputs.images[.master]?.definition.addressHolder = .keepalived
    let image = ContainerImage(
      registry: "quay.io", repository: "x/keepalived", tag: nil, digest: "sha256:" + String(repeating: "c", count: 64))
    inputs.images[.master]?.definition.components[.keepalived] = .init(version: "2.3.1", source: .image(image))
    let content = try inputs.plan("master-2").content()
    #expect(content.quadlet("keepalived.container") != nil)
    #expect(content.text("/etc/kubernetes/manifests/kube-vip.yaml") == nil)
    let conf = try #require(content.text("/etc/keepalived/keepalived.conf"))
    #expect(conf.contains("10.20.0.10/32 dev enp1s0") && conf.contains("unicast_src_ip 10.20.0.12"))
    #expect(conf.contains("    10.20.0.11\n    10.20.0.13\n"))
  }

  @Test("without a disk in the cluster file the layout stays; without encryption there is no LUKS")
  func disks() throws {
    var inputs = try ExampleInputs()
    let index = try #require(inputs.cluster.definition.nodes.firstIndex { $0.name == "worker-1" })
    inputs.cluster.definition.nodes[index].disk = nil
    let plain = try inputs.plan("worker-1")
    #expect(plain.storage().disks == [] && plain.storage().luks.map(\.name) == ["root"])
    #expect(plain.content().unit("var.mount") == nil)
    inputs.images[.worker]?.definition.disk.encryption = .none
    #expect(try inputs.plan("worker-1").storage().luks == [])
    let both = try inputs.plan("worker-2").storage()
    #expect(both.filesystems.map(\.device) == ["/dev/disk/by-partlabel/var"] && both.luks == [])
  }

  @Test("time servers of the cluster's own are chrony's, and without any its configuration stays")
  func time() throws {
    var inputs = try ExampleInputs()
    #expect(try inputs.plan("worker-1").content().text("/etc/chrony.conf") == nil)
    inputs.cluster.definition.network.ntp = ["10.20.0.3", "ntp.example.internal"]
    let chrony = try #require(try inputs.plan("worker-1").content().text("/etc/chrony.conf"))
    #expect(chrony.hasPrefix("server 10.20.0.3 iburst\nserver ntp.example.internal iburst\n"))
  }

  @Test("a cluster without an operator has no agent")
  func noOperator() throws {
    var inputs = try ExampleInputs()
    inputs.cluster.definition.operatorEndpoint = nil
    let content = try inputs.plan("worker-1").content()
    #expect(content.unit(ChainUnit.agent) == nil && !content.files.contains { $0.path.contains("ll-agent") })
  }

  @Test("the YAML files are YAML, and say what was meant", arguments: ["master-1", "worker-1"])
  func yaml(node: String) throws {
    let content = try ExampleInputs().plan(node).content()
    let folder = try TemporaryFolder()
    var count = 0
    for file in content.files where file.path.hasSuffix(".yaml") || file.path.hasSuffix(".kubeconfig") {
      try folder.write(try #require(content.text(file.path)), to: file.path)
      count += 1
    }
    // PyYAML is a YAML 1.1 reader, the strictest about words such as `on`.
    let result = try Command([
      "python3", "-c",
      "import sys, yaml, pathlib\nfor p in pathlib.Path(sys.argv[1]).rglob('*'):\n  if p.is_file():\n    d = list(yaml.safe_load_all(p.read_text())); assert all(isinstance(x, dict) for x in d), p; print(len(d))",
      folder.url.path,
    ])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.split(separator: "\n").count == count && count > 2)
  }

  @Test("explain walks back to the lines of the inputs")
  func explain() throws {
    let inputs = try ExampleInputs()
    let found = Explanation.all(
      of: "/etc/hostname", in: try inputs.plan("worker-2"), inputs: inputs.inputs,
      texts: [
        "clusters/example.yaml": Array(
          try Data(contentsOf: SharedFolder.checkout.appendingPathComponent("clusters/example.yaml")))
      ])
    let source = try #require(found.first?.inputs.first)
    #expect(found.count == 1 && source.path.description == "$.nodes.4.name" && source.line == "- name: worker-2")
    for name in Explanation.names(in: try inputs.plan("master-1")) {
      #expect(
        !Explanation.all(of: name, in: try inputs.plan("master-1"), inputs: inputs.inputs, texts: [:]).isEmpty,
        "\(name)")
    }
  }
}
