import BootChain
import PKI
import SystemdUnit

extension NodePlan {
  /// `ll-agent` as a systemd unit, which is its form on root nodes. It needs only the network and its own certificate, whose key is in the TPM.
  func addAgent(to content: inout NodeContent) {
    guard let endpoint = cluster.operatorEndpoint else { return }
    let shown = NodeCertificate.Node(name: node.name, address: node.address, domain: cluster.domain)
    let identity = NodeCertificate.agentIdentity(shown)
    let kubeletClient = NodeCertificate.agentKubeletClient(shown).path
    let login = OpenBaoPaths.loginPEM
    let origin = Origin(
      "Proves that the node is licensed and reports its health; never writes to the Kubernetes API.",
      .cluster("operator"), node.input("name"))
    content.add(
      file: "/etc/ll-agent/ll-agent.conf",
      UnitFile([
        .init(
          "Agent",
          [
            .init("NodeName", node.name), .init("Operator", endpoint),
            .init("OperatorAnchor", HostPath.anchor(.platform)),
          ] + watchedUnits.map { .init("Unit", $0) }),
        .init("TPM", [.init("TCTI", "device:/dev/tpmrm0")]),
        .init(
          "OpenBao",
          [
            .init("Address", "https://127.0.0.1:\(Port.openbao)"), .init("Anchor", listenerAnchors),
            .init("ServerName", OpenBaoPaths.serverName(domain: cluster.domain)),
            // The node's login key asks for every certificate: OpenBao lets in what the desk issued, and no other issuer's.
            .init("LoginCertificate", login), .init("LoginKey", login), .init("CertificateRole", node.role.rawValue),
            .init("Mount", Issuer.platform.mount), .init("Role", identity.role.name),
            .init("IssuerAnchor", HostPath.anchor(.platform)),
          ]),
        .init(
          "Kubelet",
          [
            .init("Address", "https://127.0.0.1:10250"), .init("Anchor", HostPath.anchor(.kubernetes)),
            .init("ClientCertificate", kubeletClient), .init("ClientKey", kubeletClient),
          ]),
      ]).text, origin)
    addStage(
      ChainUnit.agent,
      service: [
        .init("Type", "notify-reload"),
        .init("ExecStart", command(["ll-agent", "run", "--config", "/etc/ll-agent/ll-agent.conf"])),
        .init("WatchdogSec", "60"), .init("TimeoutStartSec", "120"),
        .init("StateDirectory", "ll-agent"), .init("StateDirectoryMode", "0700"), .init("RuntimeDirectory", "ll-agent"),
      ] + firmwareCredentials + [
        // What the agent needs to join the group of the TPM's device, and to let go of all of these.
        .init("CapabilityBoundingSet", "CAP_DAC_OVERRIDE CAP_SETGID CAP_SETPCAP"),
        .init("NoNewPrivileges", "yes"), .init("ProtectSystem", "strict"), .init("ProtectHome", "yes"),
        .init("PrivateTmp", "yes"), .init("ProtectKernelModules", "yes"), .init("ProtectControlGroups", "yes"),
        .init("RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6 AF_NETLINK"), .init("RestrictNamespaces", "yes"),
        .init("LockPersonality", "yes"), .init("MemoryDenyWriteExecute", "yes"),
        .init("SystemCallArchitectures", "native"),
        .init("LimitCORE", "0"), .init("MemorySwapMax", "0"),
      ], origin: origin, to: &content)
  }

  /// What the firmware says of the machine for root only, handed in. systemd.exec(5): of a name that stands in both, the
  /// file counts, and what is set stands in where there is no such file; without it the unit would fail.
  private var firmwareCredentials: [Directive] {
    let facts = [
      ("product-uuid", "product_uuid"), ("board-serial", "board_serial"), ("chassis-serial", "chassis_serial"),
    ]
    return facts.flatMap { name, file in
      [
        .init("LoadCredential", "\(name):/sys/class/dmi/id/\(file)"), .init("SetCredential", "\(name):absent"),
      ]
    }
  }

  /// The chain's units that stay active once they are ready, whose state the agent reads one by one. What runs once and
  /// ends is inactive when all is well; the agent hears of its failure without asking by name.
  private var watchedUnits: [String] {
    chain.stages.filter { stage in
      switch stage.form {
      case .service, .quadlet, .oneshot(remains: true): stage.unit != ChainUnit.agent
      case .oneshot(remains: false), .target, .mount: false
      }
    }.map(\.unit)
  }
}
