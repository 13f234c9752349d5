import SystemdUnit

extension NodePlan {
  /// Who the node is and how it is reached: name, address, keys, kernel settings, masks, updates.
  func addHost(to content: inout NodeContent) {
    content.add(
      file: "/etc/hostname", node.name + "\n",
      Origin("The host name, which is also the Kubernetes node's and the one in its certificates.", node.input("name")))
    content.add(
      file: "/etc/hosts", hosts,
      Origin(
        "The masters by name without DNS: OpenBao's peers are verified by these names before anything else runs.",
        .cluster("domain"), node.input("address")))
    content.add(
      file: "/etc/NetworkManager/system-connections/\(node.interface).nmconnection", mode: 0o600, keyfile.text,
      Origin(
        "The node's address; NetworkManager refuses a keyfile that others can read.", node.input("interface"),
        node.input("address"), .cluster("network")))
    addKernelSettings(to: &content)
    addTime(to: &content)
    addUpdates(to: &content)
    addVarMount(to: &content)
    for unit in ["docker.service", "docker.socket"] {
      content.add(
        unit: unit, .masked, Origin("CRI-O is the container runtime; Docker's socket would start a second one."))
    }
  }

  /// Masters and the node itself, not every node: a list of all in each would make a build quadratic.
  private var hosts: String {
    var lines = ["127.0.0.1 localhost localhost.localdomain", "::1 localhost localhost.localdomain"]
    let named = shared.masters + (isMaster ? [] : [node])
    lines += named.map { "\($0.address) \($0.name).\(cluster.domain) \($0.name)" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// NetworkManager's keyfile (nm-settings-keyfile(5)), which has the syntax of a unit file.
  private var keyfile: UnitFile {
    UnitFile([
      .init(
        "connection",
        [
          .init("id", node.interface), .init("type", "ethernet"), .init("interface-name", node.interface),
          // After four failures NetworkManager would leave the interface alone for minutes: an address that somebody
          // else had while this node was away is enough.
          .init("autoconnect", "true"), .init("autoconnect-retries", "0"),
        ]),
      .init(
        "ipv4",
        [
          .init("method", "manual"), .init("address1", "\(node.address)/\(cluster.network.cidr.prefixLength)"),
          .init("gateway", "\(cluster.network.gateway)"),
          .init("dns", cluster.network.dns.map { "\($0);" }.joined()), .init("dns-search", "\(cluster.domain);"),
          .init("may-fail", "false"),
        ]),
      .init("ipv6", [.init("method", "link-local")]),
    ])
  }
}
