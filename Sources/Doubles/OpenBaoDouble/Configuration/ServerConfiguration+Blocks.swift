import Diagnostics

extension ServerConfiguration.Listener {
  /// Reads `listener "tcp"` (OpenBao, `internalshared/configutil/listener.go`).
  init(_ fields: HCLFields) {
    address = fields.string("address") ?? "127.0.0.1:8200"
    clusterAddress = fields.string("cluster_address") ?? ""
    certificateFile = fields.string("tls_cert_file") ?? ""
    keyFile = fields.string("tls_key_file") ?? ""
    minimumTLS = fields.string("tls_min_version") ?? "tls12"
    if fields.boolean("tls_disable") == true { fields.refuse("the double speaks TLS only: tls_disable") }
    for key in ["address", "cluster_address"] {
      guard let text = fields.string(key) else { continue }
      if let words = HostPort.fault(of: text) { fields.refuse(words, at: fields.position(key)) }
    }
    let versions = ["tls10", "tls11", "tls12", "tls13"]
    if !versions.contains(minimumTLS) {
      fields.refuse(
        "'tls_min_version' value \"\(minimumTLS)\" not supported, please specify one of [\(versions.joined(separator: ","))]",
        at: fields.position("tls_min_version"))
    }
    if certificateFile.isEmpty || keyFile.isEmpty {
      fields.refuse("error loading TLS cert: open : no such file or directory")
    }
  }
}

extension ServerConfiguration.RaftStorage {
  /// Reads `storage "raft"` (OpenBao, `physical/raft/raft.go`).
  init?(_ fields: HCLFields) {
    let path = fields.string("path") ?? ""
    if path.isEmpty { fields.refuse("error initializing storage of type raft: 'path' must be set") }
    // Upstream makes one up where it is missing; a rendered configuration names it.
    let nodeID = fields.string("node_id") ?? ""
    if nodeID.isEmpty { fields.refuse("the double makes up no node_id, and it is missing") }
    let multiplier = fields.number("performance_multiplier") ?? 5
    if !(0...10).contains(multiplier) {
      fields.refuse(
        multiplier < 0
          ? "performance_multiplier cannot be negative" : "performance_multiplier cannot be greater than 10",
        at: fields.position("performance_multiplier"))
    }
    var peers: [ServerConfiguration.Peer] = []
    for (_, body, position) in fields.blocks("retry_join") {
      let inner = HCLFields(body, in: "retry_join")
      let address = inner.string("leader_api_addr") ?? ""
      if address.isEmpty {
        inner.refuse("must provide either a leader_api_addr or auto_join configuration", at: position)
      } else if !address.hasPrefix("https://") {
        inner.refuse(
          "leader_api_addr: the double joins by https only: \(address)", at: inner.position("leader_api_addr"))
      }
      let anchors = inner.string("leader_ca_cert_file")
      peers.append(
        ServerConfiguration.Peer(
          address: address, anchors: anchors, serverName: inner.string("leader_tls_servername")))
      fields.add(inner.finished())
    }
    self.init(path: path, nodeID: nodeID, performanceMultiplier: max(multiplier, 1), peers: peers)
  }
}

extension ServerConfiguration.StaticSeal {
  /// Reads `seal "static"` (go-kms-wrapping as OpenBao has it, `wrappers/static/static.go`).
  init?(_ fields: HCLFields) {
    let id = fields.string("current_key_id") ?? ""
    let key = fields.string("current_key") ?? ""
    let words = "Error configuring seal \"static\": "
    if id.isEmpty {
      fields.refuse(words + "got empty current_key_id; please specify a permanent identifier for this key")
    }
    if key.isEmpty { fields.refuse(words + "missing required current key") }
    let previousID = fields.string("previous_key_id")
    let previous = fields.string("previous_key")
    if previousID ?? "" != "" && previous ?? "" == "" {
      fields.refuse(
        words
          + "got non-empty previous_key_id with empty previous_key; please specify the previous key or remove previous_key_id"
      )
    }
    if previous ?? "" != "" && previousID ?? "" == "" {
      fields.refuse(
        words
          + "got empty previous_key_id with non-empty previous_key; please specify the matching key identifier")
    }
    self.init(currentKeyID: id, currentKey: key, previousKeyID: previousID, previousKey: previous)
  }
}
