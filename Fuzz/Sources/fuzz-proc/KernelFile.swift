import HostFS

@testable import NodeMetrics

/// The files that have a parser. scripts/fuzz numbers its seeds in this order.
enum KernelFile: CaseIterable {
  case stat, loadavg, meminfo, vmstat, pressure, diskstats, mountinfo, mdstat, dev, snmp, snmp6, sockstat, softnet
  case conntrack, fileNumbers, osRelease, cgroup

  /// A snapshot with what the text says; `nil` where it is refused.
  func snapshot(_ text: ByteText) -> NodeSnapshot? {
    var snapshot = NodeSnapshot()
    do throws(Malformed) {
      switch self {
      case .stat: snapshot.cpu = .measured(try CPUCollector.parse(text), at: 1)
      case .loadavg: snapshot.load = .measured(try LoadCollector.parse(text), at: 1)
      case .meminfo: snapshot.memory = .measured(try MemoryCollector.parse(text), at: 1)
      case .vmstat: snapshot.vmstat = .measured(try VMStatCollector.parse(text), at: 1)
      case .pressure: snapshot.pressure = .measured(PressureReading(cpu: try Pressure.parse(text)), at: 1)
      case .diskstats: snapshot.disks = .measured(try DiskCollector.parse(text), at: 1)
      case .mountinfo:
        snapshot.filesystems = .measured(FilesystemReading(mounts: try FilesystemCollector.parse(text)), at: 1)
      case .mdstat: snapshot.arrays = .measured(try ArrayCollector.parse(text), at: 1)
      case .dev: snapshot.network = .measured(try NetworkCollector.parse(text), at: 1)
      case .snmp: snapshot.protocols = .measured(try ProtocolCollector.parse(text), at: 1)
      case .snmp6: snapshot.protocols = .measured(try ProtocolCollector.parseSix(text), at: 1)
      case .sockstat: snapshot.sockets = .measured(try SocketCollector.parse(text), at: 1)
      case .softnet: snapshot.softnet = .measured(try SoftnetCollector.parse(text), at: 1)
      case .conntrack:
        let table = try ConntrackCollector.parse(text)
        snapshot.conntrack = .measured(.init(entries: table.entries, maximum: nil, statistics: table.statistics), at: 1)
      case .fileNumbers: snapshot.files = .measured(try FileHandleCollector.parse(text), at: 1)
      case .osRelease:
        let image = IdentityCollector.fields(text)
        snapshot.identity = .measured(
          .init(system: "Linux", release: "1", version: "", machine: "", image: image), at: 1)
      case .cgroup:
        var group = CgroupReading.Group(path: "/system.slice")
        UnifiedGroup.readProcessors(text, into: &group)
        group.oomKills = UnifiedGroup.value(text, "oom_kill")
        snapshot.cgroups = .measured(CgroupReading(layout: .v2, groups: [group]), at: 1)
      }
    } catch {
      return nil
    }
    return snapshot
  }
}
