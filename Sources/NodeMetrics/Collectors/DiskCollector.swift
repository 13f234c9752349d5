public import HostFS

/// Block devices since the machine started.
public struct DiskReading: Sendable, Hashable {
  /// One device. Source: the kernel's `admin-guide/iostats`. Sectors are 512 bytes whatever the device's own size.
  public struct Disk: Sendable, Hashable {
    /// Its name: `vda`, `nvme0n1`, `dm-0`.
    public var name: String
    /// Major device number.
    public var major: UInt64
    /// Minor device number.
    public var minor: UInt64
    /// Reads completed.
    public var reads: UInt64 = 0
    /// Reads merged with others before they were queued.
    public var readsMerged: UInt64 = 0
    /// Sectors read.
    public var sectorsRead: UInt64 = 0
    /// Milliseconds that all reads took.
    public var readTime: UInt64 = 0
    /// Writes completed.
    public var writes: UInt64 = 0
    /// Writes merged.
    public var writesMerged: UInt64 = 0
    /// Sectors written.
    public var sectorsWritten: UInt64 = 0
    /// Milliseconds that all writes took.
    public var writeTime: UInt64 = 0
    /// In flight now: a gauge.
    public var inFlight: UInt64 = 0
    /// Milliseconds during which anything was in flight.
    public var ioTime: UInt64 = 0
    /// The same, times how much was in flight.
    public var weightedTime: UInt64 = 0
    /// Discards; `nil` before Linux 4.18.
    public var discards: Discards?
    /// Flushes; `nil` before Linux 5.5.
    public var flushes: Flushes?
  }

  /// What was given back to the device: trim.
  public struct Discards: Sendable, Hashable {
    /// Discards completed.
    public var completed: UInt64
    /// Discards merged.
    public var merged: UInt64
    /// Sectors discarded.
    public var sectors: UInt64
    /// Milliseconds that all took.
    public var time: UInt64
  }

  /// What was asked to be on stable storage.
  public struct Flushes: Sendable, Hashable {
    /// Flushes completed.
    public var completed: UInt64
    /// Milliseconds that all took.
    public var time: UInt64
  }

  /// Whole devices, in the kernel's order; no partitions, loop devices, RAM disks and zram.
  public var disks: [Disk] = []
}

/// Reads `/proc/diskstats`, with 14, 18 or 20 fields.
public struct DiskCollector: Collector {
  /// `diskstats`.
  public static let name = "diskstats"

  /// A collector.
  public init() {}

  /// Reads it.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> DiskReading {
    try root.parse(.proc, "diskstats") { (text) throws(Malformed) in try Self.parse(text) }
  }

  static func parse(_ text: ByteText) throws(Malformed) -> DiskReading {
    var reading = DiskReading()
    try text.forEachLine { (line, number) throws(Malformed) in
      let major = try line.nextUnsigned().orMalformed(number)
      let minor = try line.nextUnsigned().orMalformed(number)
      let name = try line.nextField().orMalformed(number)
      if isLeftOut(name) { return }
      var disk = DiskReading.Disk(name: name.string, major: major, minor: minor)
      disk.reads = try line.nextUnsigned().orMalformed(number)
      disk.readsMerged = try line.nextUnsigned().orMalformed(number)
      disk.sectorsRead = try line.nextUnsigned().orMalformed(number)
      disk.readTime = try line.nextUnsigned().orMalformed(number)
      disk.writes = try line.nextUnsigned().orMalformed(number)
      disk.writesMerged = try line.nextUnsigned().orMalformed(number)
      disk.sectorsWritten = try line.nextUnsigned().orMalformed(number)
      disk.writeTime = try line.nextUnsigned().orMalformed(number)
      disk.inFlight = try line.nextUnsigned().orMalformed(number)
      disk.ioTime = try line.nextUnsigned().orMalformed(number)
      disk.weightedTime = try line.nextUnsigned().orMalformed(number)
      if let completed = line.nextField() {
        disk.discards = .init(
          completed: try completed.unsigned.orMalformed(number), merged: try line.nextUnsigned().orMalformed(number),
          sectors: try line.nextUnsigned().orMalformed(number), time: try line.nextUnsigned().orMalformed(number))
      }
      if let completed = line.nextField() {
        disk.flushes = .init(
          completed: try completed.unsigned.orMalformed(number), time: try line.nextUnsigned().orMalformed(number))
      }
      reading.disks.append(disk)
    }
    return reading
  }

  // node_exporter leaves out the same: ^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$, and here also partitions of
  // what comes after sdz.
  static func isLeftOut(_ name: ByteText) -> Bool {
    var end = name.count
    while end > 0, isDigit(name[end - 1]) { end -= 1 }
    if end == name.count { return false }
    let stem = name.prefix(end)
    if stem == "ram" || stem == "zram" || stem == "loop" || stem == "fd" { return true }
    if stem.hasPrefix("nvme"), stem.hasSuffix("p"), isDigit(stem[end - 2]) { return true }
    for prefix in ["hd", "sd", "vd", "xvd"] as [StaticString] where stem.hasPrefix(prefix) {
      let letters = stem.dropFirst(prefix.utf8CodeUnitCount)
      if letters.isEmpty { continue }
      var index = 0
      while let byte = letters[index], byte >= UInt8(ascii: "a"), byte <= UInt8(ascii: "z") { index += 1 }
      if index == letters.count { return true }
    }
    return false
  }

  private static func isDigit(_ byte: UInt8?) -> Bool {
    guard let byte else { return false }
    return byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}
