import PKI

extension NodeCertificate {
  /// What of a node appears in its certificates.
  struct Node: Sendable, Hashable {
    /// The host name, a DNS label, which is the Kubernetes node's too.
    var name: String
    /// Its address in the nodes' network.
    var address: IPv4Address
    /// The nodes' DNS domain.
    var domain: String

    /// `<name>.<domain>`.
    var fullName: String { "\(name).\(domain)" }
  }

  /// What of the cluster appears in its masters' certificates.
  struct ControlPlane: Sendable, Hashable {
    /// The host of the endpoint, a name or an address, without its port.
    var endpointHost: String
    /// The virtual address on the masters.
    var vip: IPv4Address
    /// The address of the Service `kubernetes`: the first of the Services' range.
    var serviceAddress: IPv4Address
    /// The DNS domain of Services.
    var clusterDomain: String

    /// What `cluster` says about it.
    init(_ cluster: ClusterDefinition) {
      let endpoint = cluster.controlPlane.endpoint
      endpointHost = String(endpoint.prefix { $0 != ":" })
      vip = cluster.controlPlane.vip
      serviceAddress = cluster.serviceCIDR.address(at: 1)
      clusterDomain = cluster.clusterDomain
    }
  }

  /// Every certificate on `node` of `cluster`, sorted as the documentation lists them.
  static func all(on node: ClusterDefinition.Node, in cluster: ClusterDefinition) -> [NodeCertificate] {
    let shown = Node(name: node.name, address: node.address, domain: cluster.domain)
    let agent = cluster.operatorEndpoint == nil ? [] : [agentKubeletClient(shown)]
    return all(for: node.role, node: shown, cluster: ControlPlane(cluster)) + agent
  }

  /// Every certificate on a node with this role.
  static func all(for role: NodeRole, node: Node, cluster: ControlPlane) -> [NodeCertificate] {
    switch role {
    case .worker: [kubelet(node)]
    case .master: [kubelet(node)] + apiServer(node, cluster) + controllers + etcd(node) + [openbaoListener(node)]
    }
  }

  private static func kubelet(_ node: Node) -> NodeCertificate {
    NodeCertificate(
      name: "kubelet", issuer: .kubernetes, role: .perNode("kubelet", node: node.name),
      commonName: "system:node:\(node.name)", organizations: ["system:nodes"], dnsNames: [node.name, node.fullName],
      addresses: [node.address], usages: [.client, .server], users: ["kubelet"], verifiers: ["kube-apiserver"])
  }

  /// What `ll-agent` shows to its node's kubelet. `low-layer:ll-agents` may read what kubelet says of its node, and no more.
  static func agentKubeletClient(_ node: Node) -> NodeCertificate {
    NodeCertificate(
      name: "ll-agent-kubelet-client", issuer: .kubernetes, role: .perNode("ll-agent-kubelet-client", node: node.name),
      commonName: "low-layer:ll-agent:\(node.name)", organizations: [agentGroup], usages: [.client],
      users: ["ll-agent"], verifiers: ["kubelet"])
  }

  /// What `ll-agent` shows to the operator. It asks for it itself, with a key that is in the TPM: no file of the OpenBao agent's.
  static func agentIdentity(_ node: Node) -> NodeCertificate {
    NodeCertificate(
      name: "ll-agent", issuer: .platform, role: .perNode("ll-agent", node: node.name), commonName: node.name,
      usages: [.client], users: ["ll-agent"], verifiers: ["ll-operator"])
  }

  /// The group of every node's `ll-agent` in the Kubernetes API.
  static let agentGroup = "low-layer:ll-agents"

  private static func apiServer(_ node: Node, _ cluster: ControlPlane) -> [NodeCertificate] {
    let service = "kubernetes.default.svc"
    var names = [
      "kubernetes", "kubernetes.default", service, "\(service).\(cluster.clusterDomain)", "localhost", node.name,
      node.fullName,
    ]
    var addresses = [loopback, node.address, cluster.vip, cluster.serviceAddress]
    if let address = IPv4Address(cluster.endpointHost) {
      if !addresses.contains(address) { addresses.append(address) }
    } else if !names.contains(cluster.endpointHost) {
      names.append(cluster.endpointHost)
    }
    return [
      NodeCertificate(
        name: "kube-apiserver", issuer: .kubernetes, role: .perNode("kube-apiserver", node: node.name),
        commonName: "kube-apiserver", dnsNames: names, addresses: addresses, usages: [.server],
        users: ["kube-apiserver"], verifiers: ["every client of the API: kubelet, Cilium, controllers, pods"]),
      NodeCertificate(
        name: "kube-apiserver-kubelet-client", issuer: .kubernetes, role: .shared("kube-apiserver-kubelet-client"),
        commonName: "kube-apiserver-kubelet-client", usages: [.client],
        users: ["kube-apiserver"], verifiers: ["kubelet"]),
      NodeCertificate(
        name: "kube-apiserver-etcd-client", issuer: .etcd, role: .shared("kube-apiserver-etcd-client"),
        commonName: "kube-apiserver-etcd-client", usages: [.client], users: ["kube-apiserver", "ll-node etcd-join"],
        verifiers: ["etcd"]),
      NodeCertificate(
        name: "kube-front-proxy-client", issuer: .frontProxy, role: .shared("kube-front-proxy-client"),
        commonName: "front-proxy-client", usages: [.client], users: ["kube-apiserver"],
        verifiers: ["extension API servers"]),
    ]
  }

  private static var controllers: [NodeCertificate] {
    [
      NodeCertificate(
        name: "kube-controller-manager", issuer: .kubernetes, role: .shared("kube-controller-manager"),
        commonName: "system:kube-controller-manager", usages: [.client], users: ["kube-controller-manager"],
        verifiers: ["kube-apiserver"]),
      NodeCertificate(
        name: "kube-scheduler", issuer: .kubernetes, role: .shared("kube-scheduler"),
        commonName: "system:kube-scheduler", usages: [.client], users: ["kube-scheduler"], verifiers: ["kube-apiserver"]
      ),
      NodeCertificate(
        name: "kube-admin", issuer: .kubernetes, role: .shared("kube-admin"), commonName: "kube-admin",
        organizations: ["system:masters"], usages: [.client], hours: 240, users: ["cluster-addons.service"],
        verifiers: ["kube-apiserver"]),
      NodeCertificate(
        name: "kube-vip", issuer: .kubernetes, role: .shared("kube-vip"), commonName: "low-layer:kube-vip",
        usages: [.client], users: ["kube-vip"], verifiers: ["kube-apiserver"]),
    ]
  }

  private static func etcd(_ node: Node) -> [NodeCertificate] {
    let names = ["localhost", node.name, node.fullName]
    let addresses = [loopback, node.address]
    // etcd dials itself through its own gateway with the server's certificate, hence both usages (etcd, "Transport security").
    return [
      NodeCertificate(
        name: "etcd-server", issuer: .etcd, role: .perNode("etcd-server", node: node.name), commonName: node.name,
        dnsNames: names, addresses: addresses, usages: [.client, .server], users: ["etcd"],
        verifiers: ["kube-apiserver", "ll-node etcd-join"]),
      NodeCertificate(
        name: "etcd-peer", issuer: .etcd, role: .perNode("etcd-peer", node: node.name), commonName: node.name,
        dnsNames: names, addresses: addresses, usages: [.client, .server], users: ["etcd"],
        verifiers: ["the other etcd members"]),
    ]
  }

  private static func openbaoListener(_ node: Node) -> NodeCertificate {
    NodeCertificate(
      name: "openbao-listener", issuer: .platform, role: .perNode("openbao-listener", node: node.name),
      commonName: node.fullName, dnsNames: [node.fullName, OpenBaoPaths.serverName(domain: node.domain)],
      addresses: [loopback, node.address], usages: [.server], users: ["openbao"],
      verifiers: ["OpenBao peers", "OpenBao agents", "ll-tpm release"], reactingUnits: ["openbao.service"])
  }

  private static let loopback = IPv4Address(bits: 0x7F00_0001)
}
