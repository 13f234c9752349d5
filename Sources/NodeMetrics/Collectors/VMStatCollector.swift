public import HostFS

/// Paging and OOM kills since the machine started. Source: proc(5), `/proc/vmstat`.
public struct VMStatReading: Sendable, Hashable {
  /// A line of vmstat.
  public struct Entry: Sendable, Hashable {
    /// The kernel's name: `pgmajfault`.
    public var name: String
    /// Its count, in pages, faults or kills; `pgpgin` and `pgpgout` in KiB.
    public var value: UInt64
  }

  /// The lines that are kept, in the kernel's order.
  public var entries: [Entry] = []

  /// Processes that were killed because memory ran out; `nil` before Linux 4.13.
  public var oomKills: UInt64? { entries.first { $0.name == "oom_kill" }?.value }
}

/// Reads `/proc/vmstat`: of its 180 lines those that tell of memory running out.
public struct VMStatCollector: Collector {
  /// `vmstat`.
  public static let name = "vmstat"

  /// A collector.
  public init() {}

  /// Reads it.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> VMStatReading {
    try root.parse(.proc, "vmstat", limit: 1 << 18) { (text) throws(Malformed) in try Self.parse(text) }
  }

  static func parse(_ text: ByteText) throws(Malformed) -> VMStatReading {
    var reading = VMStatReading()
    reading.entries.reserveCapacity(8)
    var lines = 0
    try text.forEachLine { (line, number) throws(Malformed) in
      lines = number
      let name = try line.nextField().orMalformed(number)
      guard isKept(name) else { return }
      reading.entries.append(.init(name: name.string, value: try line.nextUnsigned().orMalformed(number)))
    }
    if lines == 0 { throw Malformed(line: 1) }
    return reading
  }

  // node_exporter keeps the same: ^(oom_kill|pgpg|pswp|pg.*fault).*
  private static func isKept(_ name: ByteText) -> Bool {
    if name.hasPrefix("oom_kill") || name.hasPrefix("pgpg") || name.hasPrefix("pswp") { return true }
    return name.hasPrefix("pg") && name.hasSuffix("fault")
  }
}
