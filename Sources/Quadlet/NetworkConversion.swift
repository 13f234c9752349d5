extension UnitConversion {
  /// `[Network]`: `podman network create --ignore`.
  mutating func convertNetwork() throws(ConversionError) {
    let name = unit.resourceName("NetworkName")
    if section.boolean("NetworkDeleteOnStop") == true {
      var remove = PodmanCommand(for: section)
      remove.add("network", "rm", name)
      addCommand("ExecStopPost", remove)
    }
    var podman = PodmanCommand(for: section)
    podman.add("network", "create", "--ignore")
    podman.addSwitches(
      ["DisableDNS": "--disable-dns", "Internal": "--internal", "IPv6": "--ipv6"], from: section)
    podman.addStrings(
      ["Driver": "--driver", "InterfaceName": "--interface-name", "IPAMDriver": "--ipam-driver"], from: section)
    podman.addLists(["DNS": "--dns"], from: section)
    try addSubnets(to: &podman)
    podman.addAssignments(["Label": "--label", "Options": "--opt"], from: section)
    podman.add(contentsOf: section.arguments("PodmanArgs"))
    podman.add(name)
    addCommand("ExecStart", podman)
    setOneshotDefaults(remains: true)
    resourceName = name
  }

  /// Subnets, each with the gateway and range that stand at its place in their lists.
  private func addSubnets(to podman: inout PodmanCommand) throws(ConversionError) {
    let subnets = section.all("Subnet")
    let gateways = section.all("Gateway")
    let ranges = section.all("IPRange")
    if subnets.isEmpty, !gateways.isEmpty || !ranges.isEmpty {
      throw ConversionError(
        "cannot set gateway or range without subnet", at: gateways.isEmpty ? "IPRange" : "Gateway")
    }
    if gateways.count > subnets.count {
      throw ConversionError("cannot set more gateways than subnets", at: "Gateway")
    }
    if ranges.count > subnets.count { throw ConversionError("cannot set more ranges than subnets", at: "IPRange") }
    for (index, subnet) in subnets.enumerated() {
      podman.add("--subnet", subnet)
      if index < gateways.count { podman.add("--gateway", gateways[index]) }
      if index < ranges.count { podman.add("--ip-range", ranges[index]) }
    }
  }
}
