extension NodePlan {
  /// The words of the command that installs Fedora CoreOS on the node (coreos-installer(8)), run in the folder of the configs.
  ///
  /// Ignition downloads pinned files before the node's own network configuration exists: its initramfs needs the address too, as the kernel
  /// arguments `ip=` and `nameserver=` (dracut.cmdline(7)).
  var installCommand: [String] {
    let network = cluster.network
    let mask = IPv4Address(bits: ~UInt32(0) << UInt32(32 - network.cidr.prefixLength))
    let address = "ip=\(node.address)::\(network.gateway):\(mask):\(node.name):\(node.interface):none"
    return ["coreos-installer", "install", node.disk ?? "DISK", "--ignition-file", "\(node.name).ign"]
      + ([address] + network.dns.map { "nameserver=\($0)" }).flatMap { ["--append-karg", $0] }
  }
}
