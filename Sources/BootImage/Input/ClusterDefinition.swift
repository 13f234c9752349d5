/// A cluster as its YAML file describes it: names, addresses, roles. It never names a file of a host.
public struct ClusterDefinition: Sendable, Hashable {
  /// The cluster's name, a DNS label.
  public var name: String
  /// The DNS domain of the nodes: a node's full name is `<node>.<domain>`.
  public var domain: String
  /// How the control plane is reached from outside.
  public var controlPlane: ControlPlane
  /// The network that the nodes share.
  public var network: NodeNetwork
  /// Where pods get their addresses from.
  public var podCIDR: IPv4CIDR
  /// Where Services get their addresses from.
  public var serviceCIDR: IPv4CIDR
  /// The DNS domain of Services, `cluster.local` unless set.
  public var clusterDomain: String
  /// Base address that every download of every node goes to (an air-gap mirror, see `fetch`); `nil` for the upstream
  /// addresses.
  public var mirror: String?
  /// Base address at which the folder given as `--artifacts` is served; `nil` where the mirror serves it.
  public var artifacts: String?
  /// `host:port` of the operator that licenses the nodes; `nil` leaves `ll-agent` out.
  public var operatorEndpoint: String?
  /// Public keys of the people who may log in as `core`.
  public var sshAuthorizedKeys: [String]
  /// The nodes in the order of the file.
  public var nodes: [Node]

  /// How the API servers are reached from outside; nodes themselves use their loopback haproxy.
  public struct ControlPlane: Sendable, Hashable {
    /// `host:port`, in the API servers' certificates.
    public var endpoint: String
    /// The virtual address on the masters, inside ``NodeNetwork/cidr``.
    public var vip: IPv4Address
  }

  /// The nodes' network.
  public struct NodeNetwork: Sendable, Hashable {
    /// Its range; a node's prefix length comes from here.
    public var cidr: IPv4CIDR
    /// The default gateway.
    public var gateway: IPv4Address
    /// Name servers, in order of preference.
    public var dns: [IPv4Address]
    /// Time servers, addresses or DNS names; empty for those that Fedora CoreOS comes with.
    public var ntp: [String] = []
  }

  /// One machine.
  public struct Node: Sendable, Hashable {
    /// Its host name, a DNS label; the Kubernetes node has the same name.
    public var name: String
    /// Which image it gets.
    public var role: NodeRole
    /// Its address in the nodes' network.
    public var address: IPv4Address
    /// The network interface that carries the address, for example `enp1s0`.
    public var interface: String
    /// The disk that Fedora CoreOS is installed on; with it `/var` gets a partition of its own. `nil` leaves the
    /// installed layout.
    public var disk: String?
    /// Its place in the file's list, from 0: the `N` of `$.nodes.N`.
    public var index: Int
  }

  /// The nodes with the master role, in the order of the file.
  public var masters: [Node] { nodes.filter { $0.role == .master } }
}
