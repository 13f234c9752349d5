public import HostFS

/// Connection tracking. Source: the kernel's `networking/nf_conntrack-sysctl`.
public struct ConntrackReading: Sendable, Hashable {
  /// Connections that are tracked.
  public var entries: UInt64
  /// The most there can be.
  public var maximum: UInt64?
  /// What happened to packets, over all cores; `nil` where the kernel does not tell.
  public var statistics: Statistics?

  /// Counters over all cores.
  public struct Statistics: Sendable, Hashable {
    /// Entries that were found.
    public var found: UInt64 = 0
    /// Packets that could not be tracked.
    public var invalid: UInt64 = 0
    /// Packets that belong to a connection and are not tracked; 0 since Linux 4.11.
    public var ignore: UInt64 = 0
    /// Entries put in.
    public var insert: UInt64 = 0
    /// Entries that could not be put in, for they were there.
    public var insertFailed: UInt64 = 0
    /// Packets dropped, because tracking them failed: the table is full.
    public var drop: UInt64 = 0
    /// Entries dropped to make room.
    public var earlyDrop: UInt64 = 0
    /// Searches begun again because the table was resized.
    public var searchRestart: UInt64 = 0
  }
}

/// Reads `/proc/1/net/stat/nf_conntrack` and `/proc/sys/net/netfilter/nf_conntrack_{count,max}`.
public struct ConntrackCollector: Collector {
  /// `conntrack`.
  public static let name = "conntrack"

  /// A collector.
  public init() {}

  /// Reads it.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> ConntrackReading {
    let table = try root.parseIfPresent(.net, "stat/nf_conntrack") { (text) throws(Malformed) in try Self.parse(text) }
    let maximum = try root.parseIfPresent(.proc, "sys/net/netfilter/nf_conntrack_max") { (text) throws(Malformed) in
      try text.trimmed.unsigned.orMalformed(1)
    }
    if let table { return ConntrackReading(entries: table.entries, maximum: maximum, statistics: table.statistics) }
    // What /proc/sys/net shows belongs to the network namespace of whoever reads it.
    if !root.isHostItself { throw .unavailable(.foreignNamespace("/proc/sys/net/netfilter")) }
    let entries = try root.parse(.proc, "sys/net/netfilter/nf_conntrack_count") { (text) throws(Malformed) in
      try text.trimmed.unsigned.orMalformed(1)
    }
    return ConntrackReading(entries: entries, maximum: maximum, statistics: nil)
  }

  /// A line of names, then one of hexadecimal numbers for each core; `entries` is the whole table's on each.
  static func parse(_ text: ByteText) throws(Malformed) -> (entries: UInt64, statistics: ConntrackReading.Statistics) {
    var rest = text
    let names = try rest.nextLine().orMalformed(1)
    var statistics = ConntrackReading.Statistics()
    var entries: UInt64 = 0
    try rest.forEachLine { (line, number) throws(Malformed) in
      var columns = names
      while let column = columns.nextField() {
        let value = try line.nextField().flatMap(\.hexadecimal).orMalformed(number + 1)
        switch () {
        case _ where column == "entries": entries = value
        case _ where column == "found": statistics.found &+= value
        case _ where column == "invalid": statistics.invalid &+= value
        case _ where column == "ignore": statistics.ignore &+= value
        case _ where column == "insert": statistics.insert &+= value
        case _ where column == "insert_failed": statistics.insertFailed &+= value
        case _ where column == "drop": statistics.drop &+= value
        case _ where column == "early_drop": statistics.earlyDrop &+= value
        case _ where column == "search_restart": statistics.searchRestart &+= value
        default: break
        }
      }
    }
    return (entries, statistics)
  }
}
