public import Diagnostics

/// Reads a cluster file: YAML, checked as a whole, every finding with its line.
public enum ClusterFile {
  /// The keys of the file, in the order in which the example has them.
  private static let keys = [
    "cluster", "domain", "controlPlane", "network", "podCIDR", "serviceCIDR", "clusterDomain", "mirror", "artifacts",
    "operator", "sshAuthorizedKeys", "nodes",
  ]

  /// The cluster that `bytes` describe with the place of every value, and everything found, in the order of the text.
  /// `file` is the name for findings. The document is `nil` where a value that a cluster cannot do without is missing
  /// or unreadable; it is there, and the report has errors, where values contradict each other.
  public static func read(_ bytes: [UInt8], file: String) -> (Document<ClusterDefinition>?, Report) {
    let (root, found) = YAMLDocument.read(bytes)
    var reader = YAMLReader(found)
    var definition: ClusterDefinition?
    var marks = SourceMarks(file: file)
    if let root {
      root.mark(in: &marks)
      if let mapping = reader.mapping(root, keys: keys) { definition = cluster(mapping, &reader) }
    }
    var report = Report()
    report.add(contentsOf: Report(reader.report.sorted), in: file)
    return (definition.map { Document($0, marks: marks) }, report)
  }

  private static func cluster(_ root: YAMLMapping, _ reader: inout YAMLReader) -> ClusterDefinition? {
    var facts = ClusterFacts()
    let name = reader.required("cluster", in: root).flatMap { reader.text($0, as: Names.labelRule, if: Names.isLabel) }
    let domain = reader.required("domain", in: root).flatMap {
      reader.text($0, as: Names.domainRule, if: Names.isDomain)
    }
    let clusterDomain = reader.optional("clusterDomain", in: root)
      .flatMap { reader.text($0, as: Names.domainRule, if: Names.isDomain) }
    if let domain, domain.value == clusterDomain?.value ?? "cluster.local" {
      reader.error(
        "'domain' is the domain of Services (clusterDomain): nodes and Services need different ones", at: domain.source)
    }
    let controlPlane = reader.required("controlPlane", in: root).flatMap { self.controlPlane($0, &facts, &reader) }
    let network = reader.required("network", in: root).flatMap { self.network($0, &facts, &reader) }
    facts.podCIDR = reader.required("podCIDR", in: root).flatMap { cidr($0, &reader) }
    facts.serviceCIDR = reader.required("serviceCIDR", in: root).flatMap { cidr($0, &reader) }
    let mirror = reader.optional("mirror", in: root).flatMap { base($0, &reader) }
    let artifacts = reader.optional("artifacts", in: root).flatMap { base($0, &reader) }
    if mirror != nil, let network, network.ntp.isEmpty, let value = reader.optional("mirror", in: root) {
      reader.warning(
        "an air-gapped cluster without network.ntp: certificates and leases need right clocks", atPlaceOf: value)
    }
    let operatorEndpoint = reader.optional("operator", in: root).flatMap { endpoint($0, &reader) }
    let keys = reader.optional("sshAuthorizedKeys", in: root).map { self.keys($0, &reader) } ?? []
    let nodes = reader.required("nodes", in: root).flatMap { self.nodes($0, domain: domain?.value, &facts, &reader) }
    facts.check(&reader)
    guard let name, let domain, let controlPlane, let network, let podCIDR = facts.podCIDR,
      let serviceCIDR = facts.serviceCIDR, let nodes
    else { return nil }
    return ClusterDefinition(
      name: name.value, domain: domain.value, controlPlane: controlPlane, network: network, podCIDR: podCIDR.value,
      serviceCIDR: serviceCIDR.value, clusterDomain: clusterDomain?.value ?? "cluster.local", mirror: mirror,
      artifacts: artifacts, operatorEndpoint: operatorEndpoint,
      sshAuthorizedKeys: keys, nodes: nodes)
  }

  // MARK: Single values

  private static func address(_ value: YAMLValue, _ reader: inout YAMLReader) -> Placed<IPv4Address>? {
    reader.read(value, as: "an IPv4 address", IPv4Address.init)
  }

  private static func cidr(_ value: YAMLValue, _ reader: inout YAMLReader) -> Placed<IPv4CIDR>? {
    guard let text = reader.text(value) else { return nil }
    if let cidr = IPv4CIDR(text) { return Placed(value: cidr, source: value) }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count == 2, let address = IPv4Address(parts[0]), let length = Int(parts[1]), (0...32).contains(length),
      String(length) == parts[1]
    {
      let bits = length == 0 ? 0 : address.bits & (~UInt32(0) << UInt32(32 - length))
      let range = "\(IPv4Address(bits: bits))/\(length)"
      reader.error("\(value.name) has host bits set: \(shown(text)), the range is \(range)", at: value)
    } else {
      reader.error("\(value.name) must be an IPv4 range such as 10.0.0.0/24, not \(shown(text))", at: value)
    }
    return nil
  }

  private static func endpoint(_ value: YAMLValue, _ reader: inout YAMLReader) -> String? {
    guard let text = reader.text(value) else { return nil }
    guard let fault = HostPort.fault(in: text) else { return text }
    reader.error("\(value.name) \(fault)", at: value)
    return nil
  }

  private static func base(_ value: YAMLValue, _ reader: inout YAMLReader) -> String? {
    guard let text = reader.text(value) else { return nil }
    if let fault = WebAddress.fault(in: text, plain: true) {
      reader.error("\(value.name) \(fault)", at: value)
    } else if let fault = WebAddress.fault(inPathOf: WebAddress.withoutTrailingSlash(text)) {
      reader.error("\(value.name) \(fault)", at: value)
    } else if value.name == "'mirror'", WebAddress.withoutTrailingSlash(text).dropFirst(8).contains("/") {
      // Container runtimes ask for images below /v2 of a host, never below a path of it.
      reader.error(
        "\(value.name) must be an address without a path: images are served below its /v2: \(shown(address: text))",
        at: value)
    } else {
      return WebAddress.withoutTrailingSlash(text)
    }
    return nil
  }

  // MARK: Mappings and lists

  private static func controlPlane(
    _ value: YAMLValue, _ facts: inout ClusterFacts, _ reader: inout YAMLReader
  ) -> ClusterDefinition.ControlPlane? {
    guard let mapping = reader.mapping(value, keys: ["endpoint", "vip"]) else { return nil }
    let endpoint = reader.required("endpoint", in: mapping).flatMap { self.endpoint($0, &reader) }
    facts.vip = reader.required("vip", in: mapping).flatMap { address($0, &reader) }
    guard let endpoint, let vip = facts.vip?.value else { return nil }
    return ClusterDefinition.ControlPlane(endpoint: endpoint, vip: vip)
  }

  private static func network(
    _ value: YAMLValue, _ facts: inout ClusterFacts, _ reader: inout YAMLReader
  ) -> ClusterDefinition.NodeNetwork? {
    guard let mapping = reader.mapping(value, keys: ["cidr", "gateway", "dns", "ntp"]) else { return nil }
    facts.network = reader.required("cidr", in: mapping).flatMap { cidr($0, &reader) }
    facts.gateway = reader.required("gateway", in: mapping).flatMap { address($0, &reader) }
    let ntp = reader.optional("ntp", in: mapping).map { timeServers($0, &reader) } ?? []
    guard let list = reader.required("dns", in: mapping), let items = reader.list(list) else { return nil }
    if items.isEmpty { reader.warning("'dns' is empty: nodes resolve no name", at: list) }
    if items.count > 3 {
      reader.warning("'dns' has \(items.count) name servers: kubelet passes only 3 on to pods", atPlaceOf: list)
    }
    var dns: [IPv4Address] = []
    for item in items {
      guard let server = address(item, &reader) else { continue }
      if dns.contains(server.value) { reader.warning("the name server \(server.value) stands twice", at: item) }
      if let range = ClusterFacts.reservedRange(of: server.value) {
        reader.error("the name server \(server.value) is in \(range), which pods cannot reach", at: item)
      }
      dns.append(server.value)
    }
    guard let cidr = facts.network?.value, let gateway = facts.gateway?.value, dns.count == items.count, let ntp else {
      return nil
    }
    return ClusterDefinition.NodeNetwork(cidr: cidr, gateway: gateway, dns: dns, ntp: ntp)
  }

  private static func timeServers(_ value: YAMLValue, _ reader: inout YAMLReader) -> [String]? {
    guard let items = reader.list(value) else { return nil }
    var servers: [String] = []
    for item in items {
      guard let server = reader.text(item, as: "an IPv4 address or a DNS name", if: HostPort.isHost)?.value else {
        continue
      }
      if servers.contains(server) { reader.warning("the time server \(server) stands twice", at: item) }
      if let range = IPv4Address(server).flatMap(ClusterFacts.reservedRange), !range.hasSuffix("(link-local)") {
        // Clouds serve time at a link-local address.
        reader.error("the time server \(server) is in \(range)", at: item)
      }
      servers.append(server)
    }
    return servers.count == items.count ? servers : nil
  }

  private static func keys(_ value: YAMLValue, _ reader: inout YAMLReader) -> [String] {
    var keys: [String] = []
    var seen: Set<String> = []
    for item in reader.list(value) ?? [] {
      guard let text = reader.text(item) else { continue }
      if let fault = SSHPublicKey.fault(in: text) {
        reader.error("\(item.name) \(fault)", at: item)
      } else if seen.insert(text).inserted {
        keys.append(text)
      } else {
        reader.warning("\(item.name) stands twice", at: item)
      }
    }
    return keys
  }

  private static func nodes(
    _ value: YAMLValue, domain: String?, _ facts: inout ClusterFacts, _ reader: inout YAMLReader
  ) -> [ClusterDefinition.Node]? {
    guard let items = reader.list(value) else { return nil }
    var nodes: [ClusterDefinition.Node] = []
    facts.nodeCount = items.count
    var masters = 0
    var rolesAreKnown = true
    for (index, item) in items.enumerated() {
      guard let mapping = reader.mapping(item, keys: ["name", "role", "address", "interface", "disk"]) else {
        rolesAreKnown = false
        continue
      }
      let name = reader.required("name", in: mapping).flatMap {
        reader.text($0, as: Names.labelRule, if: Names.isLabel)
      }
      let role = reader.required("role", in: mapping).flatMap { reader.choice($0, of: NodeRole.self) }
      let address = reader.required("address", in: mapping).flatMap { self.address($0, &reader) }
      let interface = reader.required("interface", in: mapping).flatMap {
        reader.text($0, as: Names.interfaceRule, if: Names.isInterface)
      }
      let disk = reader.optional("disk", in: mapping).flatMap {
        reader.text($0, as: "a device such as /dev/nvme0n1", if: Names.isDevice)
      }
      if let name, let domain, name.value.utf8.count + 1 + domain.utf8.count > 253 {
        reader.error("the full name of \(shown(name.value)) has more than 253 characters", at: name.source)
      }
      if let name, name.value.utf8.count > 52 {
        reader.warning(
          "'system:node:' and this name have over 64 characters, the limit of a certificate's common name (RFC 5280)",
          at: name.source)
      }
      facts.add(name: name, address: address, &reader)
      if role == .master { masters += 1 }
      if role == nil { rolesAreKnown = false }
      if let name = name?.value, let role, let address = address?.value, let interface = interface?.value {
        nodes.append(
          ClusterDefinition.Node(
            name: name, role: role, address: address, interface: interface, disk: disk?.value, index: index))
      }
    }
    if rolesAreKnown { checkMasters(masters, of: value, &reader) }
    return nodes.count == items.count ? nodes : nil
  }

  private static func checkMasters(_ masters: Int, of nodes: YAMLValue, _ reader: inout YAMLReader) {
    if masters == 0 {
      reader.error("'nodes' has no master", atPlaceOf: nodes)
    } else if masters.isMultiple(of: 2) {
      reader.error(
        "'nodes' has \(masters) masters: an even number survives no more failures than \(masters - 1), make it odd",
        atPlaceOf: nodes)
    } else if masters > 7 {
      reader.warning(
        "'nodes' has \(masters) masters: more than 7 make etcd and OpenBao slower, not safer", atPlaceOf: nodes)
    }
  }
}
