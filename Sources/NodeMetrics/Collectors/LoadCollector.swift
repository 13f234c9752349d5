public import HostFS

/// Load averages. Source: proc(5), `/proc/loadavg`.
public struct LoadReading: Sendable, Hashable {
  /// Threads that ran or waited for a disk, over one minute, in hundredths.
  public var one: UInt64
  /// Over five minutes, in hundredths.
  public var five: UInt64
  /// Over fifteen minutes, in hundredths.
  public var fifteen: UInt64
  /// Threads that run or could.
  public var runnable: UInt64
  /// Threads that there are.
  public var threads: UInt64
}

/// Reads `/proc/loadavg`.
public struct LoadCollector: Collector {
  /// `loadavg`.
  public static let name = "loadavg"

  /// A collector.
  public init() {}

  /// Reads it.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> LoadReading {
    try root.parse(.proc, "loadavg", limit: 4096) { (text) throws(Malformed) in try Self.parse(text) }
  }

  static func parse(_ text: ByteText) throws(Malformed) -> LoadReading {
    var line = text
    var averages: [UInt64] = []
    for _ in 0..<3 {
      averages.append(try line.nextField().flatMap { $0.fixedPoint(places: 2) }.orMalformed(1))
    }
    var threads = try line.nextField().orMalformed(1)
    let runnable = try threads.next(before: UInt8(ascii: "/")).flatMap(\.unsigned).orMalformed(1)
    return LoadReading(
      one: averages[0], five: averages[1], fifteen: averages[2], runnable: runnable,
      threads: try threads.unsigned.orMalformed(1))
  }
}
