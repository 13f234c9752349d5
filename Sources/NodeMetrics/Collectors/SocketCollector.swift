public import HostFS

/// Sockets in use. Source: `/proc/net/sockstat` and `sockstat6`.
public struct SocketReading: Sendable, Hashable {
  /// A number of a protocol.
  public struct Entry: Sendable, Hashable {
    /// The protocol: `TCP`, `UDP6`, `sockets`.
    public var family: String
    /// What is counted: `inuse`, `orphan`, `tw`, `alloc`, `mem` (in pages), `memory` (in bytes).
    public var name: String
    /// How many.
    public var value: UInt64
  }

  /// Every number, in the kernel's order.
  public var entries: [Entry] = []
  /// Bytes in a page of `mem`.
  public var pageSize: UInt64 = 4096
}

/// Reads `/proc/1/net/{sockstat,sockstat6}`.
public struct SocketCollector: Collector {
  /// `sockstat`.
  public static let name = "sockstat"

  /// A collector.
  public init() {}

  /// Reads it.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> SocketReading {
    var reading = try root.parse(.net, "sockstat", limit: 1 << 16) { (text) throws(Malformed) in try Self.parse(text) }
    // A kernel without IPv6 has no sockstat6.
    let six = try root.parseIfPresent(.net, "sockstat6") { (text) throws(Malformed) in try Self.parse(text) }
    reading.entries += six?.entries ?? []
    reading.pageSize = HostRoot.pageSize
    return reading
  }

  static func parse(_ text: ByteText) throws(Malformed) -> SocketReading {
    var reading = SocketReading()
    reading.entries.reserveCapacity(20)
    try text.forEachLine { (line, number) throws(Malformed) in
      let family = try line.next(before: UInt8(ascii: ":")).orMalformed(number).string
      while let name = line.nextField() {
        let value = try line.nextField().orMalformed(number)
        // UDP's memory can be shown as less than nothing for a moment.
        let count = value.unsigned ?? (value.signed == nil ? nil : 0)
        reading.entries.append(.init(family: family, name: name.string, value: try count.orMalformed(number)))
      }
    }
    if reading.entries.isEmpty { throw Malformed(line: 1) }
    return reading
  }
}
