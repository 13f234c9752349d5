import BootImage
import Diagnostics
import Glibc
import Testing

@Suite("A cluster file")
struct ClusterFileTests {
  @Test("that is broken has exactly these findings", arguments: BrokenFile.clusterShapes)
  func brokenShape(_ file: BrokenFile) throws {
    #expect(ExampleInput.readCluster(try file.edited(ExampleInput.cluster)).findings == file.findings)
  }

  @Test("with wrong addresses has exactly these findings", arguments: BrokenFile.clusterAddresses)
  func brokenAddresses(_ file: BrokenFile) throws {
    #expect(ExampleInput.readCluster(try file.edited(ExampleInput.cluster)).findings == file.findings)
  }

  @Test("with a secret where none belongs has exactly these findings, without it", arguments: BrokenFile.clusterSecrets)
  func secrets(_ file: BrokenFile) throws {
    let findings = ExampleInput.readCluster(try file.edited(ExampleInput.cluster)).findings
    #expect(findings == file.findings)
    #expect(!findings.joined().contains("hunter2"))
  }

  @Test("with wrong time servers, or a mirror and none, has exactly these findings", arguments: BrokenFile.timeServers)
  func brokenTimeServers(_ file: BrokenFile) throws {
    #expect(ExampleInput.readCluster(try file.edited(ExampleInput.cluster)).findings == file.findings)
  }

  @Test("with wrong nodes has exactly these findings", arguments: BrokenFile.clusterNodes)
  func brokenNodes(_ file: BrokenFile) throws {
    #expect(ExampleInput.readCluster(try file.edited(ExampleInput.cluster)).findings == file.findings)
  }

  @Test("is read whole, with the place of every value")
  func example() throws {
    let (document, findings) = ExampleInput.readCluster(ExampleInput.cluster)
    #expect(findings == [])
    let read = try #require(document)
    let cluster = read.definition
    #expect(cluster.name == "example")
    #expect(cluster.domain == "nodes.example.internal")
    #expect(cluster.controlPlane.endpoint == "api.example.internal:6443")
    #expect(cluster.controlPlane.vip.description == "10.20.0.10")
    #expect(cluster.network.cidr.description == "10.20.0.0/24")
    #expect(cluster.network.gateway.description == "10.20.0.1")
    #expect(cluster.network.dns.map(\.description) == ["10.20.0.2", "10.20.0.3"])
    #expect(cluster.network.ntp == [])
    #expect(cluster.podCIDR.description == "10.128.0.0/16")
    #expect(cluster.serviceCIDR.description == "10.96.0.0/16")
    #expect(cluster.clusterDomain == "cluster.local")
    #expect(cluster.mirror == nil)
    #expect(cluster.artifacts == "https://artifacts.example.internal/low-layer")
    #expect(cluster.operatorEndpoint == "ll-operator.example.internal:8443")
    #expect(cluster.sshAuthorizedKeys == [])
    #expect(cluster.nodes.map(\.name) == ["master-1", "master-2", "master-3", "worker-1", "worker-2"])
    #expect(cluster.nodes.map(\.role) == [.master, .master, .master, .worker, .worker])
    #expect(cluster.nodes.map { $0.address.description.split(separator: ".").last } == ["11", "12", "13", "21", "22"])
    #expect(cluster.nodes.map(\.index) == [0, 1, 2, 3, 4])
    #expect(Set(cluster.nodes.map(\.interface)) == ["enp1s0"])
    #expect(Set(cluster.nodes.map(\.disk)) == ["/dev/vda"])
    let nodes = ValuePath.root.appending("nodes")
    #expect(read.marks.file == "cluster.yaml")
    #expect(read.marks[nodes] == SourcePosition(line: 18, column: 1))
    #expect(read.marks[nodes.appending(3).appending("address")] == SourcePosition(line: 36, column: 14))
    #expect(read.marks[.root.appending("network").appending("dns").appending(1)] == SourcePosition(line: 11, column: 7))
    #expect(read.marks[.root.appending("network")] == SourcePosition(line: 6, column: 1))
    #expect(read.marks[.root.appending("mirror")] == nil)
  }

  @Test("names the way to each value that a finding is about")
  func paths() throws {
    let file = BrokenFile(
      "",
      [.change("10.20.0.13", to: "x"), .drop("vip:"), .change("gateway:", to: "gate:"), .change("10.20.0.3", to: "y")],
      [])
    let text = try file.edited(ExampleInput.cluster)
    let report = ClusterFile.read(Array(text.utf8), file: "c.yaml").1
    #expect(
      report.findings.map { $0.path?.description } == [
        "$.controlPlane.vip", "$.network.gateway", "$.network.gate", "$.network.dns.1", "$.nodes.2.address",
      ])
    #expect(report.findings.allSatisfy { $0.file == "c.yaml" && $0.position != nil })
  }

  @Test(
    "is read as a person means it",
    arguments: [
      ("quotes", "cluster: example", "cluster: 'example'"),
      ("a number for a name", "cluster: example", "cluster: 010"),
      ("a word that YAML 1.1 takes for a boolean", "cluster: example", "cluster: no"),
      ("flow style", "  dns:\n    - 10.20.0.2\n    - 10.20.0.3\n", "  dns: [10.20.0.2, \"10.20.0.3\"]\n"),
      ("a list without indentation", "    - 10.20.0.2\n    - 10.20.0.3\n", "  - 10.20.0.2\n  - 10.20.0.3\n"),
      ("an empty optional value", "sshAuthorizedKeys: []", "sshAuthorizedKeys:"),
      ("a comment behind a value", "vip: 10.20.0.10", "vip: 10.20.0.10   # ask Ada"),
      (
        "an anchor on a value and its alias",
        "interface: enp1s0\n    disk: /dev/vda\n  - name: master-2\n    role: master\n"
          + "    address: 10.20.0.12\n    interface: enp1s0",
        "interface: &nic enp1s0\n    disk: /dev/vda\n  - name: master-2\n"
          + "    role: master\n    address: 10.20.0.12\n    interface: *nic"
      ),
      ("a document start", "cluster: example", "---\ncluster: example"),
      ("a missing clusterDomain", "clusterDomain: cluster.local\n", ""),
    ])
  func accepted(_ name: String, _ old: String, _ new: String) throws {
    let text = try BrokenFile(name, [.change(old, to: new)], []).edited(ExampleInput.cluster)
    let (document, findings) = ExampleInput.readCluster(text)
    #expect(findings == [])
    let cluster = try #require(document).definition
    #expect(cluster.network.dns.count == 2)
    #expect(cluster.clusterDomain == "cluster.local")
    #expect(cluster.nodes[1].interface == "enp1s0")
    if let value = new.split(separator: "cluster: ").last, new.hasPrefix("cluster: ") {
      #expect(cluster.name == value.filter { $0 != "'" })
    }
  }

  @Test(
    "may go to the limit",
    arguments: [
      ("serviceCIDR: 10.96.0.0/16", "serviceCIDR: 10.96.0.0/12"),
      ("serviceCIDR: 10.96.0.0/16", "serviceCIDR: 10.96.0.0/28"),
      ("podCIDR: 10.128.0.0/16", "podCIDR: 11.0.0.0/8"), ("podCIDR: 10.128.0.0/16", "podCIDR: 10.128.0.0/21"),
      ("cidr: 10.20.0.0/24", "cidr: 10.20.0.0/27"), ("vip: 10.20.0.10", "vip: 10.20.0.254"),
      ("name: worker-2", "name: " + String(repeating: "w", count: 52)), ("name: worker-2", "name: 2"),
      ("cluster: example", "cluster: " + String(repeating: "c", count: 63)),
      ("10.20.0.22\n    interface: enp1s0", "10.20.0.22\n    interface: enp0s31f6vlan10"),
      (
        "10.20.0.22\n    interface: enp1s0\n    disk: /dev/vda",
        "10.20.0.22\n    interface: bond0.100\n    disk: /dev/disk/by-id/nvme-eui.0025385_1"
      ),
      ("api.example.internal:6443", "10.20.0.10:65535"), ("api.example.internal:6443", "localhost:1"),
    ])
  func limits(_ old: String, _ new: String) throws {
    let text = try BrokenFile("", [.change(old, to: new)], []).edited(ExampleInput.cluster)
    let (document, findings) = ExampleInput.readCluster(text)
    #expect(findings == [])
    #expect(document != nil)
  }

  @Test("takes a mirror by http and forgets the slash at its end")
  func mirror() throws {
    let edit = BrokenFile.Edit.change("    - 10.20.0.3\n", to: "    - 10.20.0.3\n  ntp: [10.20.0.4]\n")
    let text = try BrokenFile("", [edit, .add("mirror: http://10.20.0.5:8080//\n")], []).edited(ExampleInput.cluster)
    let (document, findings) = ExampleInput.readCluster(text)
    #expect(findings == [])
    #expect(document?.definition.mirror == "http://10.20.0.5:8080")
  }

  @Test("takes time servers by address and by name, also link-local as clouds have them")
  func timeServers() throws {
    let ntp = "  ntp:\n    - 10.20.0.4\n    - ntp.example.internal\n    - 169.254.169.123\n"
    let edit = BrokenFile.Edit.change("    - 10.20.0.3\n", to: "    - 10.20.0.3\n" + ntp)
    let (document, findings) = ExampleInput.readCluster(try BrokenFile("", [edit], []).edited(ExampleInput.cluster))
    #expect(findings == [])
    #expect(document?.definition.network.ntp == ["10.20.0.4", "ntp.example.internal", "169.254.169.123"])
  }

  @Test("takes an SSH key with a comment of printable words, and keeps it")
  func comment() throws {
    let key = BrokenFile.publicKey + " Zoë's desk, zoe@example.internal"
    let edit = BrokenFile.Edit.change("sshAuthorizedKeys: []", to: "sshAuthorizedKeys:\n  - \(key)")
    let (document, findings) = ExampleInput.readCluster(try BrokenFile("", [edit], []).edited(ExampleInput.cluster))
    #expect(findings == [])
    #expect(document?.definition.sshAuthorizedKeys == [key])
  }

  @Test("keeps its document where values contradict each other, so that more can be checked")
  func contradictions() throws {
    let text = try BrokenFile("", [.change("vip: 10.20.0.10", to: "vip: 10.20.0.11")], []).edited(ExampleInput.cluster)
    let (document, findings) = ExampleInput.readCluster(text)
    #expect(findings.count == 1)
    #expect(document != nil)
  }

  @Test("never shows a private key that somebody pasted")
  func secret() throws {
    let key = "-----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaC1rZXktdjEAAAAA"
    let other = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQyNTUx"
    let good = BrokenFile.publicKey
    for text in [key, "ssh-ed25519 \(key)", "\(good) \(key)", "\(good) \(key.lowercased())", "\(good) me \(other)"] {
      let edit = BrokenFile.Edit.change("sshAuthorizedKeys: []", to: "sshAuthorizedKeys: [\"\(text)\"]")
      let findings = ExampleInput.readCluster(try BrokenFile("", [edit], []).edited(ExampleInput.cluster)).findings
      #expect(findings.count == 1)
      #expect(!findings.joined().contains("b3Blb"))
    }
  }

  @Test("of 1,000 nodes is read in time, and twice the nodes take about twice as long")
  func large() throws {
    func text(_ count: Int) throws -> String {
      let ranges: [BrokenFile.Edit] = [
        .change("cidr: 10.20.0.0/24", to: "cidr: 10.20.0.0/16"),
        .change("podCIDR: 10.128.0.0/16", to: "podCIDR: 10.128.0.0/9"), .cut(from: "nodes:", to: nil, with: "nodes:\n"),
      ]
      let nodes = (0..<count).map { index in
        """
          - name: node-\(index)
            role: \(index < 3 ? "master" : "worker")
            address: 10.20.\(1 + index / 250).\(1 + index % 250)
            interface: enp1s0
            disk: /dev/vda

        """
      }
      return try BrokenFile("", ranges, []).edited(ExampleInput.cluster) + nodes.joined()
    }
    // The thread's own time: what other tests do meanwhile is no part of it.
    func now() -> Duration {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
    func time(_ count: Int) throws -> Duration {
      let bytes = Array(try text(count).utf8)
      let start = now()
      let nodes = ClusterFile.read(bytes, file: "large.yaml").0?.definition.nodes.count ?? 0
      let elapsed = now() - start
      #expect(nodes == count)
      return elapsed
    }
    _ = try time(100)
    let thousand = min(try time(1000), try time(1000))
    let fourThousand = min(try time(4000), try time(4000))
    // A build without optimisation takes some ten times as long as one with it, so only the order of growth is held here.
    #expect(fourThousand < thousand * 10)
    #expect(thousand < .seconds(5))
  }
}
