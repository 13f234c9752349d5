import BootChain
import PKI
import Quadlet
import SystemdUnit

extension NodePlan {
  /// OpenBao on this node: on a master the server with everything that unseals it, on every node the agent.
  func addOpenBao(to content: inout NodeContent) {
    addAnchors(to: &content)
    if let key = shared.options.desk.releaseKey {
      content.add(
        file: HostPath.releaseKey, key,
        Origin("The public half of the release key: ll-tpm accepts sidecars that it signed, and no others."))
    }
    addContainerImage(ChainUnit.openbaoImage, .openbao, to: &content)
    if isMaster { addServer(to: &content) }
    addRelease(
      of: .login, by: ChainUnit.tpmLogin,
      Origin("Runs before every start of the OpenBao agent, which logs in with this key."), to: &content)
    addAgentContainer(to: &content)
  }

  private func addServer(to content: inout NodeContent) {
    addRelease(
      of: .openbao, by: ChainUnit.tpmUnseal,
      Origin("Runs before every start of OpenBao: the key is read only then, and gone afterwards."), to: &content)
    addStage(
      ChainUnit.tpmRelease,
      service: [
        .init("Type", "oneshot"),
        .init(
          "ExecStart",
          command([
            "ll-tpm", "release", "--manifest", SecretBundle.openbao.manifest, "--health",
            "https://\(node.address):\(Port.openbao)/v1/sys/health?standbyok=true", "--ca",
            listenerAnchors,
          ])),
        .init("TimeoutStartSec", "300"),
      ], origin: Origin("Unlinks the released keys once OpenBao is healthy, after every start."), to: &content)
    content.add(
      directory: HostPath.openbaoData, mode: 0o700, owner: .openbao, Origin("Raft data of the OpenBao server."))
    content.add(
      file: "\(HostPath.openbaoConfiguration)/openbao.hcl", serverConfiguration,
      Origin(
        "The OpenBao server: Raft with every other master, static seal from the tmpfs, TLS on the node's own address.",
        node.input("address"), .cluster("nodes"), .component(.openbao)))
    addListener(to: &content)
    addBootstrap(to: &content)
    let mounts = [
      "\(HostPath.openbaoConfiguration):\(HostPath.openbaoConfiguration):ro,Z",
      "\(HostPath.openbaoData):\(HostPath.openbaoData):Z",
      "\(HostPath.openbaoSecrets):\(HostPath.openbaoSecrets):ro,Z",
      // Read by the agent's container and by the control plane's pods too: a private label would shut them out.
      "\(HostPath.anchors):\(HostPath.anchors):ro,z",
    ]
    let configurations = [HostPath.openbaoConfiguration] + (initialises ? [HostPath.selfInit] : [])
    addQuadlet(
      ChainUnit.openbao,
      container: [
        .init("Image", reference(.openbao)), .init("ContainerName", "openbao"), .init("Entrypoint", "bao"),
        // Never without Exec=: the image's own default is an in-memory development server.
        .init("Exec", (["server"] + configurations.map { "-config=\($0)" }).joined(separator: " ")),
        .init("User", "\(NodeContent.Owner.openbao.user)"), .init("Group", "\(NodeContent.Owner.openbao.group)"),
        .init("Network", "host"),
      ] + (mounts + (initialises ? ["\(HostPath.selfInit):\(HostPath.selfInit):ro,Z"] : [])).map { .init("Volume", $0) }
        + hardening + [
          .init("Environment", "BAO_ADDR=https://\(node.address):\(Port.openbao)"),
          .init("Environment", "BAO_CACERT=\(listenerAnchors)"),
          .init("Environment", "BAO_TLS_SERVER_NAME=\(fullName)"),
          // Exit 0 unsealed, 2 sealed or not initialised, 1 no answer (bao status).
          .init("HealthCmd", "bao status"), .init("HealthInterval", "1s"), .init("HealthTimeout", "5s"),
          .init("HealthRetries", "3"), .init("Notify", "healthy"),
        ],
      service: (initialises
        // Not before the gate has decided: OpenBao reads the requests at its start alone.
        ? [Directive("ExecStartPre", "/usr/bin/test -e \(HostPath.selfInit)/decided")] : []) + [
          // Raft must find a peer and OpenBao sleeps 5 s after a failed unseal; who initialises must not be killed half-way.
          .init("TimeoutStartSec", initialises ? "900" : "180"), .init("MemorySwapMax", "0"), .init("LimitCORE", "0"),
        ], origin: Origin("The OpenBao server, below Kubernetes.", .component(.openbao)), to: &content)
  }

  private func addAgentContainer(to content: inout NodeContent) {
    content.add(
      directory: HostPath.pki, mode: 0o755, Origin("Certificates as the OpenBao agent keeps them."))
    content.add(
      file: "\(HostPath.agentConfiguration)/agent.hcl", agentConfiguration,
      Origin(
        "The OpenBao agent: login with the node's certificate, one template for each certificate.",
        node.input("name"), node.input("role")))
    let mounts = [
      "\(HostPath.agentConfiguration):\(HostPath.agentConfiguration):ro,Z",
      "\(HostPath.loginSecrets):\(HostPath.loginSecrets):ro,Z", "\(HostPath.anchors):\(HostPath.anchors):ro,z",
      // Read by kubelet and by the control plane's pods as well.
      "\(HostPath.pki):\(HostPath.pki):z",
    ]
    addQuadlet(
      ChainUnit.openbaoAgent,
      container: [
        .init("Image", reference(.openbao)), .init("ContainerName", "openbao-agent"), .init("Entrypoint", "bao"),
        .init("Exec", "agent -config=\(HostPath.agentConfiguration)/agent.hcl"), .init("User", "0"),
        .init("Group", "0"), .init("Network", "host"),
      ] + mounts.map { .init("Volume", $0) } + hardening,
      service: [.init("TimeoutStartSec", "180"), .init("MemorySwapMax", "0"), .init("LimitCORE", "0")],
      origin: Origin(
        "The OpenBao agent: every certificate of the node comes and is renewed through it.", .component(.openbao)),
      to: &content)
  }

  private func addAnchors(to content: inout NodeContent) {
    content.add(directory: HostPath.anchors, mode: 0o755, Origin("The issuers' anchors; nothing in here is secret."))
    for issuer in Issuer.allCases where isMaster || issuer != .etcd && issuer != .frontProxy {
      if let anchor = shared.options.desk.anchors[issuer] {
        content.add(
          file: HostPath.anchor(issuer), anchor,
          Origin(
            "The self-signed twin of the issuer \(issuer.rawValue): who verifies against it accepts nobody else's leaves."
          ))
      } else {
        content.missing.anchors.append(HostPath.anchor(issuer))
      }
    }
    if let platform = shared.options.desk.anchors[.platform], let bootstrap = shared.options.desk.anchors[.bootstrap] {
      content.add(
        file: listenerAnchors, platform + bootstrap,
        Origin("Both issuers of OpenBao's listeners: the desk's first certificates and the rotated ones."))
    }
  }
}
