import BootChain
import SystemdUnit

extension NodePlan {
  /// The gate before kubelet, and what it must see: every certificate of this node with its issuer's anchor.
  func addCertificates(to content: inout NodeContent) {
    content.add(
      file: HostPath.gate, gateManifest.text,
      Origin(
        "What the gate before kubelet must see: every certificate, chained to its issuer, not expired.",
        node.input("name"), node.input("role"), .cluster("controlPlane")))
    addStage(
      ChainUnit.pkiReady,
      service: [
        .init("Type", "oneshot"),
        .init("ExecStart", command(["ll-node", "pki-ready", "--manifest", HostPath.gate])),
        // It waits for as long as it takes: a timeout would let kubelet start without certificates.
        .init("TimeoutStartSec", "infinity"),
      ], restartAfter: 1,
      origin: Origin("Passes on unexpired certificates even where OpenBao is unreachable."), to: &content)
  }

  private var gateManifest: UnitFile {
    var sections = certificates.map { certificate in
      var directives: [Directive] = [
        .init("Name", certificate.name), .init("Path", certificate.path), .init("Anchor", certificate.issuer.anchor),
        .init(
          "Usage", certificate.usages.count == 2 ? "both" : certificate.usages.contains(.client) ? "client" : "server"),
        .init("CommonName", certificate.commonName),
      ]
      directives += certificate.dnsNames.map { .init("DNSName", $0) }
      directives += certificate.addresses.map { .init("IPAddress", "\($0)") }
      return Section("Certificate", directives)
    }
    if isMaster {
      for file in ClusterSecret.allCases.flatMap(\.files) {
        sections.append(Section("Secret", [.init("Path", file.path)]))
      }
    }
    return UnitFile(sections)
  }

  /// The certificates that kubelet and the control plane behind it cannot start without. No other is a reason to keep them waiting: the
  /// administrator's lives for days only, and a cluster must survive a reboot without OpenBao for as long as its own certificates last.
  private var certificates: [NodeCertificate] {
    let needed: Set = ["kubelet", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"]
    return NodeCertificate.all(on: node, in: cluster).filter { !needed.isDisjoint(with: $0.users) }
  }
}
