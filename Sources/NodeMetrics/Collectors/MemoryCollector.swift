public import HostFS

/// Memory, swap and huge pages, as the kernel counts them. Source: proc(5), `/proc/meminfo`, which says kB and means KiB.
public struct MemoryReading: Sendable, Hashable {
  /// A line of meminfo.
  public struct Entry: Sendable, Hashable {
    /// The kernel's name: `MemAvailable`, `Active(anon)`.
    public var name: String
    /// Bytes, or a count of pages where the kernel gives no unit.
    public var value: UInt64
    /// Whether it is in bytes.
    public var isBytes: Bool
  }

  /// Every line, in the kernel's order.
  public var entries: [Entry] = []

  /// The value of the line `name`; `nil` where this kernel has none.
  public subscript(name: String) -> UInt64? { entries.first { $0.name == name }?.value }

  /// Memory that the kernel has, in bytes.
  public var total: UInt64? { self["MemTotal"] }
  /// Memory available to new workloads without swapping, in bytes; `nil` before Linux 3.14.
  public var available: UInt64? { self["MemAvailable"] }
  /// Swap space in bytes.
  public var swapTotal: UInt64? { self["SwapTotal"] }
  /// Swap space not in use, in bytes.
  public var swapFree: UInt64? { self["SwapFree"] }
}

/// Reads `/proc/meminfo`.
public struct MemoryCollector: Collector {
  /// `meminfo`.
  public static let name = "meminfo"

  /// A collector.
  public init() {}

  /// Reads it.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> MemoryReading {
    try root.parse(.proc, "meminfo", limit: 1 << 18) { (text) throws(Malformed) in try Self.parse(text) }
  }

  static func parse(_ text: ByteText) throws(Malformed) -> MemoryReading {
    var reading = MemoryReading()
    reading.entries.reserveCapacity(64)
    try text.forEachLine { (line, number) throws(Malformed) in
      let name = try line.next(before: UInt8(ascii: ":")).orMalformed(number)
      let value = try line.nextUnsigned().orMalformed(number)
      let unit = line.nextField()
      if let unit, !(unit == "kB") { throw Malformed(line: number) }
      let bytes = unit == nil ? value : value.multipliedSaturating(by: 1024)
      reading.entries.append(.init(name: name.string, value: bytes, isBytes: unit != nil))
    }
    if reading.entries.isEmpty { throw Malformed(line: 1) }
    return reading
  }
}
