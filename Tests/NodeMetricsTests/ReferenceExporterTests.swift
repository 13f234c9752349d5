import Foundation
import HostFS
import NodeMetrics
import TestSupport
import Testing

/// Debian's node_exporter on this machine judges names, labels and values: ours, theirs, ours again.
@Suite(
  "The same numbers as node_exporter", .serialized,
  .enabled(
    if: ReferenceExporter.isInstalled && ProcessInfo.processInfo.environment["LL_REFERENCE"] != nil,
    "prometheus-node-exporter is not installed, or LL_REFERENCE is not set (make integration)"))
struct ReferenceExporterTests {
  @Test("every series that both have lies between ours before and ours after")
  func bracketed() throws {
    let exporter = try ReferenceExporter()
    let sampler = NodeSampler(root: try HostRoot())
    var open: Set<String> = []
    var agreed: Set<String> = []
    var last: [String: String] = [:]
    // What goes up and down between the samples may be caught outside; what is wrong is outside every time.
    for round in 0..<40 {
      let before = Series.parse(Exposition.prometheus(sampler.sample()))
      let theirs = Series.parse(Array(try exporter.scrape().utf8))
      let after = Series.parse(Exposition.prometheus(sampler.sample()))
      for (name, value) in theirs where !name.hasPrefix("node_scrape_") {
        guard let first = before[name], let second = after[name] else { continue }
        // They add up binary fractions, and their own request holds files and sockets.
        let slack = Self.ofTheRequest[name] ?? abs(value) * 1e-12
        if min(first, second) - slack <= value, value <= max(first, second) + slack {
          agreed.insert(name)
        } else {
          open.insert(name)
          last[name] = "\(first) \(value) \(second)"
        }
      }
      if round > 1, open.isSubset(of: agreed) { break }
    }
    for name in open.subtracting(agreed).sorted() { Issue.record("\(name): ours, theirs, ours: \(last[name] ?? "")") }
    #expect(agreed.count >= 150, "\(agreed.count) series in common")
  }

  private static let ofTheRequest: [String: Double] = [
    "node_filefd_allocated": 256, "node_netstat_Tcp_CurrEstab": 8, "node_sockstat_TCP_alloc": 8,
    "node_sockstat_TCP_inuse": 8, "node_sockstat_sockets_used": 16,
  ]

  @Test("of what node_exporter shows here, what is missing is on the list of what we do not read")
  func missing() throws {
    let theirs = Set(Series.parse(Array(try ReferenceExporter().scrape().utf8)).keys.map(Series.family))
    let ours = Set(
      Series.parse(Exposition.prometheus(NodeSampler(root: try HostRoot()).sample())).keys.map(Series.family))
    let notRead = [
      "node_arp_", "node_exporter_build_info", "node_netstat_Ip_", "node_network_address_assign_type",
      "node_network_device_id", "node_network_dormant", "node_network_iface_", "node_network_name_assign_type",
      "node_network_net_dev_group", "node_network_receive_nohandler_total", "node_network_speed_bytes",
      "node_os_version", "node_schedstat_", "node_selinux_", "node_softnet_", "node_textfile_",
      "node_time_clocksource_",
      "node_time_zone_", "node_timex_pps_", "node_udp_queues", "node_xfs_", "node_dmi_", "node_edac_", "node_rapl_",
      "node_systemd_", "node_power_supply_", "node_ipvs_", "node_nfs_", "node_nfsd_", "node_btrfs_", "node_hwmon_",
      "node_nvme_", "node_infiniband_", "node_fibrechannel_", "node_bonding_", "node_zfs_", "node_cpu_info",
      "promhttp_",
      "node_filesystem_", "node_cooling_device_", "go_", "process_", "node_cpu_",
    ]
    for family in theirs.subtracting(ours).sorted() where !notRead.contains(where: family.hasPrefix) {
      Issue.record("\(family) is node_exporter's, and neither shown nor on the list")
    }
    #expect(theirs.intersection(ours).count > 150)
  }
}

/// Series of Prometheus' text format: labels in the order of their names, empty ones left out.
enum Series {
  static func parse(_ bytes: [UInt8]) -> [String: Double] {
    var series: [String: Double] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where !line.hasPrefix("#") {
      guard let end = line.lastIndex(of: " "), let value = Double(line[line.index(after: end)...]) else { continue }
      series[key(String(line[..<end]))] = value
    }
    return series
  }

  static func family(_ key: String) -> String { String(key.prefix { $0 != "{" }) }

  private static func key(_ text: String) -> String {
    guard let open = text.firstIndex(of: "{"), text.hasSuffix("}") else { return text }
    var labels: [String] = []
    var current = ""
    var isQuoted = false
    for character in text[text.index(after: open)...].dropLast() {
      if character == "\"" { isQuoted.toggle() }
      if character == ",", !isQuoted {
        labels.append(current)
        current = ""
      } else {
        current.append(character)
      }
    }
    labels.append(current)
    let kept = labels.filter { !$0.isEmpty && !$0.hasSuffix("=\"\"") }.sorted()
    return text[..<open] + (kept.isEmpty ? "" : "{\(kept.joined(separator: ","))}")
  }
}

/// node_exporter on a port of the loopback, for as long as this object lives.
final class ReferenceExporter {
  static let isInstalled = FileManager.default.isExecutableFile(atPath: path)
  private static let path = "/usr/bin/prometheus-node-exporter"

  private let process = Process()
  private let port: Int

  init() throws {
    port = Int.random(in: 20_000..<30_000)
    process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
    process.arguments = [
      "--signal=KILL", "120", Self.path, "--web.listen-address=127.0.0.1:\(port)", "--web.disable-exporter-metrics",
      "--no-collector.systemd", "--collector.netdev.device-exclude=^$",
      "--collector.filesystem.mount-points-exclude=^/(dev|proc|sys)($|/)",
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    for _ in 0..<100 {
      if (try? scrape())?.isEmpty == false { return }
      usleep(50_000)
    }
    Issue.record("node_exporter does not answer")
  }

  deinit {
    // timeout(1) leads a process group of its own, with the exporter in it.
    kill(-process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  func scrape() throws -> String {
    let command = try Command(["curl", "-sS", "--max-time", "10", "http://127.0.0.1:\(port)/metrics"])
    return command.status == 0 ? command.output : ""
  }
}
