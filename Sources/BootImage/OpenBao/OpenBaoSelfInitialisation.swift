import PKI

/// What OpenBao does to itself on its very first start: `self-init.hcl`, beside the server's configuration, on one master
/// and only with `--bootstrap` (OpenBao, "Self-Initialization").
///
/// Requests run in order, once, with a root token that is revoked afterwards and shown to nobody; so what this leaves
/// behind is all there is, an administrator included. An interrupted run leaves a marker and OpenBao refuses to unseal for
/// ever: `ll-node bootstrap-gate` then wipes this node's data. Secrets are never in this text: their values come from files
/// on the tmpfs, released to the initialising master only.
struct OpenBaoSelfInitialisation: Sendable, Hashable {
  /// The cluster whose nodes get roles.
  var cluster: ClusterDefinition

  /// The self-initialisation of `cluster`.
  init(cluster: ClusterDefinition) { self.cluster = cluster }

  /// The document.
  var hcl: HCL {
    HCL([
      block("logins", enabling),
      block("issuers", Issuer.allCases.flatMap(requests(for:))),
      block("roles", roles.map { Request("\($0.mount)_\($0.name)", $0.apiPath, $0.parameters) }),
      block("secrets", ClusterSecret.allCases.map(request(for:))),
      block("policies", policies),
      .comment("Who may log in, last: nobody gets in before everything above is in place."),
      block("access", access),
    ])
  }

  /// Its text.
  var text: String { hcl.text }

  /// The PKI roles of every certificate of every node, each once, in the order of the cluster's nodes.
  var roles: [OpenBaoRole] {
    var seen: Set<String> = []
    let kept = cluster.nodes.flatMap { NodeCertificate.all(on: $0, in: cluster) }.map { OpenBaoRole($0) }
      .filter { seen.insert($0.apiPath).inserted }
    return kept + agents
  }

  /// The roles by which each node's `ll-agent` has its own key certified; the fingerprint is a claim in a name of its own.
  private var agents: [OpenBaoRole] {
    guard cluster.operatorEndpoint != nil else { return [] }
    return cluster.nodes.map { node in
      var role = OpenBaoRole(
        NodeCertificate.agentIdentity(
          NodeCertificate.Node(name: node.name, address: node.address, domain: cluster.domain)))
      role.uris = ["lowlayer://\(node.name)/fingerprint/*"]
      return role
    }
  }

  /// One request, named so that a failure in the log tells which.
  struct Request: Sendable, Hashable {
    /// Its name, unique in its block.
    var name: String
    /// ACL word of the operation.
    var operation: String
    /// The API path, without `/v1/`.
    var path: String
    /// Its body.
    var data: [HCL.Member]

    /// A request that writes `data` to `path`, or another `operation`.
    init(_ name: String, _ path: String, _ data: [HCL.Member] = [], operation: String = "update") {
      self.name = name
      self.operation = operation
      self.path = path
      self.data = data
    }
  }

  /// A value that OpenBao reads from `file` when it runs the request.
  static func contents(of file: String) -> HCL.Value {
    .object([
      HCL.Member("eval_source", .string("file")), HCL.Member("eval_type", .string("string")),
      HCL.Member("path", .string(file)),
    ])
  }

  /// A value that OpenBao makes of a Go template, which sees earlier responses.
  static func rendered(_ template: String) -> HCL.Value {
    .object([
      HCL.Member("eval_source", .string("template")), HCL.Member("eval_type", .string("string")),
      HCL.Member("template", .text(template)),
    ])
  }

  private func block(_ name: String, _ requests: [Request]) -> HCL.Item {
    .block(
      "initialize", labels: [name],
      body: requests.map { request in
        var body: [HCL.Item] = [
          .attribute("operation", .string(request.operation)), .attribute("path", .string(request.path)),
        ]
        if !request.data.isEmpty { body.append(.attribute("data", .object(request.data))) }
        return .block("request", labels: [request.name], body: body)
      })
  }
}
