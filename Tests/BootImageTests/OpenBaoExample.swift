import Testing

@testable import BootImage

extension ClusterDefinition {
  /// A cluster with masters at 10.0.0.11 and up and workers after them.
  static func openBaoExample(masters: Int = 3, workers: Int = 2) throws -> ClusterDefinition {
    let nodes = try (0..<(masters + workers)).map { index in
      Node(
        name: index < masters ? "master-\(index + 1)" : "worker-\(index - masters + 1)",
        role: index < masters ? .master : .worker, address: try #require(IPv4Address("10.0.0.\(11 + index)")),
        interface: "enp1s0", disk: nil, index: index)
    }
    return ClusterDefinition(
      name: "demo", domain: "ll.example",
      controlPlane: ControlPlane(endpoint: "api.ll.example:6443", vip: try #require(IPv4Address("10.0.0.10"))),
      network: NodeNetwork(
        cidr: try #require(IPv4CIDR("10.0.0.0/24")), gateway: try #require(IPv4Address("10.0.0.1")), dns: []),
      podCIDR: try #require(IPv4CIDR("10.244.0.0/16")), serviceCIDR: try #require(IPv4CIDR("10.96.0.0/12")),
      clusterDomain: "cluster.local", mirror: nil, artifacts: nil, operatorEndpoint: nil, sshAuthorizedKeys: [],
      nodes: nodes)
  }
}
