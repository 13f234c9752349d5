public import HostFS

/// What each core took from the network, and what it could not. Source: `/proc/net/softnet_stat`.
public struct SoftnetReading: Sendable, Hashable {
  /// One core.
  public struct Core: Sendable, Hashable {
    /// The core's number.
    public var core: UInt64
    /// Packets taken.
    public var processed: UInt64
    /// Packets dropped because the queue was full.
    public var dropped: UInt64
    /// Times that work was left over when time was up.
    public var squeezed: UInt64
  }

  /// Each core that is online.
  public var cores: [Core] = []
}

/// Reads `/proc/1/net/softnet_stat`.
public struct SoftnetCollector: Collector {
  /// `softnet`.
  public static let name = "softnet"

  /// A collector.
  public init() {}

  /// Reads it.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> SoftnetReading {
    try root.parse(.net, "softnet_stat") { (text) throws(Malformed) in try Self.parse(text) }
  }

  static func parse(_ text: ByteText) throws(Malformed) -> SoftnetReading {
    var reading = SoftnetReading()
    try text.forEachLine { (line, number) throws(Malformed) in
      var core = SoftnetReading.Core(core: UInt64(number - 1), processed: 0, dropped: 0, squeezed: 0)
      core.processed = try line.nextField().flatMap(\.hexadecimal).orMalformed(number)
      core.dropped = try line.nextField().flatMap(\.hexadecimal).orMalformed(number)
      core.squeezed = try line.nextField().flatMap(\.hexadecimal).orMalformed(number)
      // Since Linux 5.10 the thirteenth number is the core's; before, lines and cores are taken to agree.
      for _ in 3..<12 { _ = line.nextField() }
      if let own = line.nextField() { core.core = try own.hexadecimal.orMalformed(number) }
      reading.cores.append(core)
    }
    if reading.cores.isEmpty { throw Malformed(line: 1) }
    return reading
  }
}
