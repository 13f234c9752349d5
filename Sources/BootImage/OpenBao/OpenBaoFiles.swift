import BootChain
import SystemdUnit

extension NodePlan {
  /// Whether this node initialises a new cluster on its first start.
  var initialises: Bool { chain[ChainUnit.bootstrapGate] != nil }

  /// The anchors of OpenBao's listeners, the desk's first ones and the rotated ones, in one file.
  var listenerAnchors: String { OpenBaoPaths.listenerAnchors }

  /// The server's configuration.
  var serverConfiguration: String {
    OpenBaoServerConfiguration(
      cluster: cluster, node: node, sealKeyID: shared.options.desk.sealKeyID ?? "not-made-yet",
      previousSealKeyID: shared.options.desk.previousSealKeyID
    ).text
  }

  /// The agent's configuration.
  var agentConfiguration: String { OpenBaoAgentConfiguration(cluster: cluster, node: node).text }

  /// The self-initialisation, where this node has one, behind its gate.
  ///
  /// The requests lie outside the server's configuration folder. Before each start the gate puts them into a folder of its own, which the server
  /// reads too, or withholds them: a re-imaged node whose peers are down would otherwise found a second cluster.
  func addBootstrap(to content: inout NodeContent) {
    guard initialises else { return }
    content.initialises = true
    let origin = Origin(
      "Self-initialisation of a new cluster, on this master alone and only with --bootstrap.", .cluster("nodes"),
      .cluster("controlPlane"))
    content.add(
      file: "\(HostPath.bootstrap)/self-init.hcl", OpenBaoSelfInitialisation(cluster: cluster).text, origin)
    content.add(
      file: "/etc/tmpfiles.d/low-layer-self-init.conf", "d \(HostPath.selfInit) 0755 root root -\n", origin)
    let peers = shared.masters.filter { $0.name != node.name }.flatMap {
      ["--peer", "https://\($0.address):\(Port.openbao),\($0.name).\(cluster.domain)"]
    }
    addStage(
      ChainUnit.bootstrapGate,
      service: [
        .init("Type", "oneshot"),
        .init(
          "ExecStart",
          command(
            [
              "ll-node", "bootstrap-gate", "--stanza", "\(HostPath.bootstrap)/self-init.hcl", "--out",
              "\(HostPath.selfInit)/self-init.hcl", "--data", HostPath.openbaoData, "--ca", listenerAnchors,
            ] + peers)),
        .init("TimeoutStartSec", "120"),
      ], origin: origin, to: &content)
    addStage(
      ChainUnit.bootstrapConfirm,
      service: [
        .init("Type", "oneshot"),
        .init(
          "ExecStart",
          command([
            "ll-node", "bootstrap-confirm", "--data", HostPath.openbaoData, "--health",
            "https://\(node.address):\(Port.openbao)/v1/sys/health?standbyok=true", "--ca", listenerAnchors,
          ])),
        .init("TimeoutStartSec", "300"),
      ],
      origin: Origin(
        "Once OpenBao was healthy here, this node never founds a cluster again, whatever becomes of its disk."),
      to: &content)
  }

  /// Which certificate OpenBao's listener presents: the rotated one while it is valid, the desk's first one otherwise; and its change while OpenBao
  /// runs.
  func addListener(to content: inout NodeContent) {
    let rotated = "\(HostPath.pki)/openbao-listener.pem"
    let owner = NodeContent.Owner.openbao
    let script = """
      if [ -s "$1" ] && openssl x509 -in "$1" -noout -checkend 3600 >/dev/null; then source="$1"; else source="$2"; fi; \
      openssl x509 -in "$source" -noout -checkend 0 >/dev/null || \
      echo "$source: error: expired by this node's clock, and nobody will believe this listener \
      (docs/operations.md: Renew the certificates)" >&2; \
      install -m 0400 -o \(owner.user) -g \(owner.group) "$source" "$3.new"; mv -f "$3.new" "$3"
      """
    let origin = Origin(
      "OpenBao's first listener certificate cannot come from OpenBao: the desk's serves until the agent has rotated it."
    )
    addStage(
      ChainUnit.openbaoListener,
      service: [
        .init("Type", "oneshot"),
        .init(
          "ExecStart",
          ExecCommand([
            "/bin/sh", "-ec", script, "listener", rotated, OpenBaoPaths.bootstrapListener, OpenBaoPaths.listener,
          ]).description),
      ], origin: origin, to: &content)
    content.add(
      unit: "openbao-listener.path", .enabled,
      UnitFile([
        .init("Unit", [.init("Description", "LOW-LAYER: OpenBao's listener certificate was rotated")]),
        .init("Path", [.init("PathChanged", rotated), .init("Unit", "openbao-listener-reload.service")]),
        .init("Install", [.init("WantedBy", "multi-user.target")]),
      ]), origin)
    content.add(
      unit: "openbao-listener.timer", .enabled,
      UnitFile([
        .init(
          "Unit",
          [
            .init(
              "Description", "LOW-LAYER: hands the listener certificate to OpenBao, should the watch have missed it")
          ]),
        .init(
          "Timer",
          [
            .init("OnBootSec", "15min"), .init("OnUnitActiveSec", "12h"), .init("RandomizedDelaySec", "1h"),
            .init("Unit", "openbao-listener-reload.service"),
          ]),
        .init("Install", [.init("WantedBy", "timers.target")]),
      ]), origin)
    content.add(
      unit: "openbao-listener-reload.service", .asWritten,
      UnitFile([
        .init(
          "Unit",
          [
            .init("Description", "LOW-LAYER: hands the rotated listener certificate to OpenBao"),
            .init("Wants", ChainUnit.openbaoListener), .init("After", ChainUnit.openbaoListener),
            .init("StartLimitIntervalSec", "0"),
          ]),
        .init(
          "Service",
          [
            .init("Type", "oneshot"), .init("ExecStart", "/usr/bin/podman kill --signal HUP openbao"),
            .init("Restart", "on-failure"), .init("RestartSec", "10"),
          ]),
      ]), origin)
  }
}
