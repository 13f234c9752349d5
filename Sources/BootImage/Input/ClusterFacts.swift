import Diagnostics

/// The addresses of a cluster file as far as they could be read, for the checks that need more than one of them.
struct ClusterFacts {
  /// The nodes' network.
  var network: Placed<IPv4CIDR>?
  /// The default gateway.
  var gateway: Placed<IPv4Address>?
  /// The control plane's virtual address.
  var vip: Placed<IPv4Address>?
  /// The pods' range.
  var podCIDR: Placed<IPv4CIDR>?
  /// The Services' range.
  var serviceCIDR: Placed<IPv4CIDR>?
  /// The number of nodes in the file, also of those that could not be read.
  var nodeCount = 0

  private var nodes: [(address: Placed<IPv4Address>, name: String?)] = []
  private var lineOfName: [String: Int] = [:]
  private var nodeWithAddress: [IPv4Address: Int] = [:]

  private static let reserved: [(IPv4CIDR, String)] = [
    ("0.0.0.0/8", "this network"), ("127.0.0.0/8", "loopback"), ("169.254.0.0/16", "link-local"),
    ("224.0.0.0/4", "multicast"), ("240.0.0.0/4", "reserved"),
  ].compactMap { text, name in IPv4CIDR(text).map { ($0, "\(text) (\(name))") } }

  /// The special-purpose range (RFC 6890) that `address` is in, with its name; `nil` where it is an ordinary address.
  static func reservedRange(of address: IPv4Address) -> String? { reserved.first { $0.0.contains(address) }?.1 }

  /// Adds a node, and reports a name or an address that another node already has.
  mutating func add(name: Placed<String>?, address: Placed<IPv4Address>?, _ reader: inout YAMLReader) {
    if let name {
      if let line = lineOfName[name.value] {
        reader.error("the name \(shown(name.value)) is already that of the node in line \(line)", at: name.source)
      } else {
        lineOfName[name.value] = name.source.position.line
      }
    }
    guard let address else { return }
    if let first = nodeWithAddress[address.value] {
      let owner = nodes[first].name.map { "\(shown($0)) " } ?? ""
      let line = nodes[first].address.source.position.line
      reader.error(
        "the address \(address.value) is already that of the node \(owner)in line \(line)", at: address.source)
    } else {
      nodeWithAddress[address.value] = nodes.count
      nodes.append((address, name?.value))
    }
  }

  /// Reports every contradiction between the addresses.
  func check(_ reader: inout YAMLReader) {
    checkRanges(&reader)
    checkOverlaps(&reader)
    if let gateway { checkPlace(of: gateway, "the gateway", &reader) }
    if let vip {
      checkPlace(of: vip, "the VIP", &reader)
      if let gateway, gateway.value == vip.value {
        reader.error(
          "the VIP \(vip.value) is the gateway's address (line \(gateway.source.position.line))", at: vip.source)
      }
      if let index = nodeWithAddress[vip.value] {
        let node = nodes[index]
        let owner = node.name.map { "node \(shown($0))" } ?? "a node"
        reader.error(
          "the VIP \(vip.value) is the address of \(owner) (line \(node.address.source.position.line))", at: vip.source)
      }
    }
    for node in nodes {
      checkPlace(of: node.address, "the address", &reader)
      if let gateway, gateway.value == node.address.value {
        let line = gateway.source.position.line
        reader.error("the address \(gateway.value) is the gateway's (line \(line))", at: node.address.source)
      }
    }
  }

  private func checkPlace(of address: Placed<IPv4Address>, _ what: String, _ reader: inout YAMLReader) {
    guard let network else { return }
    let range = network.value
    if !range.contains(address.value) {
      reader.error(
        "\(what) \(address.value) is outside the network \(range) (line \(network.source.position.line))",
        at: address.source)
    } else if range.prefixLength <= 30, address.value == range.network {
      reader.error("\(what) \(address.value) is the network's own address", at: address.source)
    } else if range.prefixLength <= 30, address.value == range.last {
      reader.error("\(what) \(address.value) is the network's broadcast address", at: address.source)
    }
  }

  private func checkRanges(_ reader: inout YAMLReader) {
    for range in [network, podCIDR, serviceCIDR].compactMap({ $0 }) {
      if let special = Self.reserved.first(where: { $0.0.overlaps(range.value) }) {
        reader.error("\(range.source.name) \(range.value) reaches into \(special.1)", at: range.source)
      }
    }
    if let network, network.value.prefixLength > 30 {
      reader.error("'cidr' \(network.value) has no room for nodes, a gateway and a VIP", at: network.source)
    }
    if let serviceCIDR, !(12...28).contains(serviceCIDR.value.prefixLength) {
      reader.error(
        "'serviceCIDR' must be between /12 and /28, not \(serviceCIDR.value): kube-apiserver takes no larger one, "
          + "and a smaller one has no tenth address for cluster DNS", at: serviceCIDR.source)
    }
    guard let podCIDR else { return }
    let length = podCIDR.value.prefixLength
    if length < 8 {
      reader.error(
        "'podCIDR' must be /8 or smaller, not \(podCIDR.value): kube-controller-manager takes no larger one",
        at: podCIDR.source)
    } else if length > 24 || nodeCount > 1 << (24 - length) {
      let blocks = length > 24 ? 0 : 1 << (24 - length)
      reader.error(
        "'podCIDR' \(podCIDR.value) has room for \(blocks) nodes (a /24 each), the file has \(nodeCount)",
        at: podCIDR.source)
    }
  }

  private func checkOverlaps(_ reader: inout YAMLReader) {
    let ranges = [(network, "the nodes' network"), (podCIDR, "'podCIDR'"), (serviceCIDR, "'serviceCIDR'")]
    for later in ranges.indices {
      for earlier in 0..<later {
        guard let first = ranges[earlier].0, let second = ranges[later].0, first.value.overlaps(second.value) else {
          continue
        }
        let place = "\(first.value) (line \(first.source.position.line))"
        reader.error("\(second.source.name) \(second.value) overlaps \(ranges[earlier].1) \(place)", at: second.source)
      }
    }
  }
}
