public import HostFS

/// Open files of the whole host. Source: proc(5), `/proc/sys/fs/file-nr`.
public struct FileHandleReading: Sendable, Hashable {
  /// File handles in use.
  public var allocated: UInt64
  /// The most there can be.
  public var maximum: UInt64
}

/// Reads `/proc/sys/fs/file-nr`.
public struct FileHandleCollector: Collector {
  /// `filefd`.
  public static let name = "filefd"

  /// A collector.
  public init() {}

  /// Reads it.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> FileHandleReading {
    try root.parse(.proc, "sys/fs/file-nr", limit: 4096) { (text) throws(Malformed) in try Self.parse(text) }
  }

  static func parse(_ text: ByteText) throws(Malformed) -> FileHandleReading {
    var line = text.trimmed
    let allocated = try line.nextUnsigned().orMalformed(1)
    // The second number is always 0 since Linux 2.6.
    _ = try line.nextUnsigned().orMalformed(1)
    return FileHandleReading(allocated: allocated, maximum: try line.nextUnsigned().orMalformed(1))
  }
}
