/// What is collected.
enum Choice: String, CaseIterable {
  /// Everything that is on by default.
  case all
  /// The eight collectors that both have in the same extent: cpu, diskstats, filesystem, loadavg, meminfo, netdev,
  /// pressure, vmstat.
  case eight

  /// node_exporter's flags for it.
  var flags: [String] {
    switch self {
    case .all: []
    case .eight:
      // Ours reads all of /proc/stat and the devices' attributes in sysfs in `cpu` and `netdev`; theirs would do that in
      // `stat` and `netclass`, which are not counted against it here.
      ["--collector.disable-defaults"]
        + ["cpu", "diskstats", "filesystem", "loadavg", "meminfo", "netdev", "pressure", "vmstat"].map {
          "--collector.\($0)"
        }
    }
  }
}
