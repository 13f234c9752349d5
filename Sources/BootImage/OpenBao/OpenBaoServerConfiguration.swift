/// The OpenBao server's configuration on one master: `/etc/openbao/openbao.hcl`.
///
/// *One listener file.* The first listener certificate cannot come from OpenBao itself: the desk makes one per master with
/// the `bootstrap` issuer, and the TPM releases it. Later the agent keeps one of the `platform` issuer in
/// `/etc/kubernetes/pki/openbao-listener.pem`. OpenBao fixes the path at start and rereads that path on SIGHUP, so the
/// configuration names one file on the tmpfs, `/run/ll/openbao/listener.pem`. Who puts it there decides which it is: the
/// rotated one where it exists and has not expired, the desk's otherwise. The agent cannot render to that file itself: a
/// template leaves a valid certificate at its destination alone, and would keep the desk's for years.
///
/// *Two anchors for one server.* So a peer presents either issuer's certificate, also during a rollout, and whoever dials
/// it trusts both, by one bundle. Nothing else is signed for servers by either: node logins and `ll-agent` are clients.
struct OpenBaoServerConfiguration: Sendable, Hashable {
  /// The cluster's name.
  var clusterName: String
  /// The DNS domain of the nodes.
  var domain: String
  /// The master that this configuration is for.
  var node: ClusterDefinition.Node
  /// All masters, this one among them.
  var masters: [ClusterDefinition.Node]
  /// Identifies the seal's key. It must follow the key, so the desk derives it from a hash of the key.
  var sealKeyID: String
  /// Identifies the key that the seal had before; `nil` but during a rotation.
  var previousSealKeyID: String?

  /// The configuration of `node` in `cluster`.
  init(
    cluster: ClusterDefinition, node: ClusterDefinition.Node, sealKeyID: String, previousSealKeyID: String? = nil
  ) {
    clusterName = cluster.name
    domain = cluster.domain
    self.node = node
    masters = cluster.masters
    self.sealKeyID = sealKeyID
    self.previousSealKeyID = previousSealKeyID
  }

  /// The document.
  var hcl: HCL {
    HCL([
      .attribute("cluster_name", .string(clusterName)),
      .attribute("api_addr", .string("https://\(node.address):\(OpenBaoPaths.apiPort)")),
      .attribute("cluster_addr", .string("https://\(node.address):\(OpenBaoPaths.clusterPort)")),
      .attribute("ui", .bool(false)),
      .attribute("log_format", .string("json")),
      storage, listener, seal, audit,
    ])
  }

  /// Its text.
  var text: String { hcl.text }

  private var storage: HCL.Item {
    let peers = masters.filter { $0.name != node.name }
    return .block(
      "storage", labels: ["raft"],
      body: [
        .attribute("path", .string(OpenBaoPaths.data)),
        .attribute("node_id", .string(node.name)),
        .attribute("performance_multiplier", .number(1)),
      ] + peers.map(retryJoin))
  }

  private func retryJoin(_ peer: ClusterDefinition.Node) -> HCL.Item {
    .block(
      "retry_join",
      body: [
        .attribute("leader_api_addr", .string("https://\(peer.address):\(OpenBaoPaths.apiPort)")),
        .attribute("leader_ca_cert_file", .string(OpenBaoPaths.listenerAnchors)),
        .attribute("leader_tls_servername", .string("\(peer.name).\(domain)")),
      ])
  }

  private var listener: HCL.Item {
    .block(
      "listener", labels: ["tcp"],
      body: [
        .attribute("address", .string("\(node.address):\(OpenBaoPaths.apiPort)")),
        .attribute("cluster_address", .string("\(node.address):\(OpenBaoPaths.clusterPort)")),
        .attribute("tls_cert_file", .string(OpenBaoPaths.listener)),
        .attribute("tls_key_file", .string(OpenBaoPaths.listener)),
        .attribute("tls_min_version", .string("tls13")),
      ])
  }

  private var seal: HCL.Item {
    var body: [HCL.Item] = [
      .attribute("current_key_id", .string(sealKeyID)),
      .attribute("current_key", .string("file://\(OpenBaoPaths.sealKey)")),
    ]
    if let previousSealKeyID {
      body += [
        .attribute("previous_key_id", .string(previousSealKeyID)),
        .attribute("previous_key", .string("file://\(OpenBaoPaths.previousSealKey)")),
      ]
    }
    return .block("seal", labels: ["static"], body: body)
  }

  private var audit: HCL.Item {
    .block(
      "audit", labels: ["file", "stdout"],
      body: [
        .attribute("description", .string("Every request, for the journal")),
        .block("options", body: [.attribute("file_path", .string("stdout"))]),
      ])
  }
}
