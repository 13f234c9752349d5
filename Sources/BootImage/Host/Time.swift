extension NodePlan {
  /// chrony's configuration where the cluster names its time servers (chrony.conf(5)); otherwise Fedora CoreOS's own pool is used. Certificates and
  /// leases are worth nothing on a wrong clock, so it may step at start.
  func addTime(to content: inout NodeContent) {
    guard !cluster.network.ntp.isEmpty else { return }
    let servers = cluster.network.ntp.map { "server \($0) iburst" }
    let lines =
      servers + [
        "driftfile /var/lib/chrony/drift", "makestep 1.0 3", "rtcsync", "leapsectz right/UTC", "logdir /var/log/chrony",
      ]
    content.add(
      file: "/etc/chrony.conf", lines.joined(separator: "\n") + "\n",
      Origin("Time from the cluster's own servers.", .cluster("network", "ntp")))
  }
}
