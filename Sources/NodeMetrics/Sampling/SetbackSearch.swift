/// Looks for counters that are less than they were in the sample before.
enum SetbackSearch {
  /// What `setbacks` needs of a snapshot. A reading that failed leaves the one before it to compare with.
  static func counters(of snapshot: NodeSnapshot, _ previous: NodeSnapshot) -> NodeSnapshot {
    var kept = NodeSnapshot()
    kept.cpu = snapshot.cpu.reading == nil ? previous.cpu : snapshot.cpu
    kept.disks = snapshot.disks.reading == nil ? previous.disks : snapshot.disks
    kept.network = snapshot.network.reading == nil ? previous.network : snapshot.network
    kept.vmstat = snapshot.vmstat.reading == nil ? previous.vmstat : snapshot.vmstat
    return kept
  }

  static func setbacks(from before: NodeSnapshot, to after: NodeSnapshot) -> [Setback] {
    var search = Search()
    if let old = before.cpu.reading, let new = after.cpu.reading { search.cpu(old, new) }
    if let old = before.disks.reading, let new = after.disks.reading { search.disks(old, new) }
    if let old = before.network.reading, let new = after.network.reading { search.network(old, new) }
    if let old = before.vmstat.reading, let new = after.vmstat.reading { search.vmstat(old, new) }
    return search.found
  }
}

private struct Search {
  var found: [Setback] = []

  mutating func cpu(_ old: CPUReading, _ new: CPUReading) {
    let name = CPUCollector.name
    note(name, "context_switches", old.contextSwitches, new.contextSwitches)
    note(name, "interrupts", old.interrupts, new.interrupts)
    note(name, "forks", old.forks, new.forks)
    for (before, after) in pairs(old.cores, new.cores, by: \.core) {
      for (counter, value) in Self.times {
        note(name, counter, of: "cpu\(after.core)", value(before), value(after))
      }
    }
  }

  mutating func disks(_ old: DiskReading, _ new: DiskReading) {
    for (before, after) in pairs(old.disks, new.disks, by: \.name) {
      for (counter, value) in Self.diskCounters {
        note(DiskCollector.name, counter, of: after.name, value(before), value(after))
      }
    }
  }

  mutating func network(_ old: NetworkReading, _ new: NetworkReading) {
    for (before, after) in pairs(old.devices, new.devices, by: \.name) {
      for (counter, value) in Self.networkCounters {
        note(NetworkCollector.name, counter, of: after.name, value(before), value(after))
      }
    }
  }

  mutating func vmstat(_ old: VMStatReading, _ new: VMStatReading) {
    for (before, after) in pairs(old.entries, new.entries, by: \.name) {
      note(VMStatCollector.name, after.name, before.value, after.value)
    }
  }

  private mutating func note(
    _ collector: String, _ counter: String, of device: @autoclosure () -> String? = nil, _ before: UInt64,
    _ after: UInt64
  ) {
    if after >= before { return }
    let name = device().map { "\($0) \(counter)" } ?? counter
    found.append(Setback(collector: collector, counter: name, before: before, after: after))
  }

  /// Elements of both with the same key. Mostly they stand at the same place.
  private func pairs<Element, Key: Hashable>(
    _ old: [Element], _ new: [Element], by key: (Element) -> Key
  ) -> [(Element, Element)] {
    if old.count == new.count, zip(old, new).allSatisfy({ key($0) == key($1) }) {
      return Array(zip(old, new))
    }
    var before: [Key: Element] = [:]
    for element in old { before[key(element)] = element }
    return new.compactMap { element in before[key(element)].map { ($0, element) } }
  }

  private static let times: [(String, @Sendable (CPUReading.Times) -> UInt64)] = [
    ("user", \.user), ("nice", \.nice), ("system", \.system), ("idle", \.idle), ("iowait", \.iowait), ("irq", \.irq),
    ("softirq", \.softirq), ("steal", \.steal), ("guest", \.guest), ("guest_nice", \.guestNice),
  ]
  private static let diskCounters: [(String, @Sendable (DiskReading.Disk) -> UInt64)] = [
    ("reads", \.reads), ("sectors_read", \.sectorsRead), ("read_time", \.readTime), ("writes", \.writes),
    ("sectors_written", \.sectorsWritten), ("write_time", \.writeTime), ("io_time", \.ioTime),
  ]
  private static let networkCounters: [(String, @Sendable (NetworkReading.Device) -> UInt64)] = [
    ("receive_bytes", \.received.bytes), ("receive_packets", \.received.packets),
    ("transmit_bytes", \.transmitted.bytes), ("transmit_packets", \.transmitted.packets),
  ]
}
