public import HostFS

/// Software RAID.
public struct ArrayReading: Sendable, Hashable {
  /// An array. Source: md(4), `/proc/mdstat`, and the kernel's `admin-guide/md` for sysfs.
  public struct MDArray: Sendable, Hashable {
    /// Its name: `md0`.
    public var name: String
    /// Whether it is assembled.
    public var isActive: Bool
    /// What it does beside serving, as mdstat says: `recovery`, `resync`, `check`, `reshape`; `nil` where nothing.
    public var activity: String?
    /// Its level: `raid1`; `nil` where it is not assembled.
    public var level: String?
    /// Its size in KiB.
    public var blocks: UInt64 = 0
    /// How much of that is in step, in KiB.
    public var blocksSynced: UInt64 = 0
    /// Disks that it should have; `nil` for levels without redundancy.
    public var disksRequired: UInt64?
    /// Disks that work.
    public var disksActive: UInt64 = 0
    /// Disks that failed and are still listed: `(F)`.
    public var disksFailed: UInt64 = 0
    /// Disks that wait to help: `(S)`.
    public var disksSpare: UInt64 = 0
    /// Disks that are missing, as sysfs says.
    public var degraded: Int64?
    /// `clean`, `active`, `read-auto`…, as sysfs says.
    public var state: String?
    /// Sectors that differed at the last check.
    public var mismatches: Int64?
  }

  /// Every array, in the kernel's order.
  public var arrays: [MDArray] = []
}

/// Reads `/proc/mdstat` and `/sys/block/md*/md`.
public struct ArrayCollector: Collector {
  /// `mdadm`.
  public static let name = "mdadm"

  /// A collector.
  public init() {}

  /// Reads it.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> ArrayReading {
    var reading = try root.parse(.proc, "mdstat", limit: 1 << 20) { (text) throws(Malformed) in try Self.parse(text) }
    if reading.arrays.isEmpty { return reading }
    let folder = try root.folder(.sys, "block")
    for index in reading.arrays.indices {
      guard let md = folder.folder("\(reading.arrays[index].name)/md") else { continue }
      reading.arrays[index].degraded = md.number("degraded")
      reading.arrays[index].state = md.text("array_state")
      reading.arrays[index].mismatches = md.number("mismatch_cnt")
    }
    return reading
  }

  static func parse(_ text: ByteText) throws(Malformed) -> ArrayReading {
    var reading = ArrayReading()
    try text.forEachLine { (line, number) throws(Malformed) in
      if line.trimmed.isEmpty || line.hasPrefix("Personalities") || line.hasPrefix("unused devices") { return }
      if line[0] != UInt8(ascii: " "), line[0] != UInt8(ascii: "\t") {
        reading.arrays.append(try array(&line, number))
      } else if let last = reading.arrays.indices.last {
        try detail(line, number, &reading.arrays[last])
      } else {
        throw Malformed(line: number)
      }
    }
    return reading
  }

  /// `md0 : active (auto-read-only) raid1 sdb1[1] sda1[0](F)`
  private static func array(_ line: inout ByteText, _ number: Int) throws(Malformed) -> ArrayReading.MDArray {
    let name = try line.nextField().orMalformed(number)
    let colon = try line.nextField().orMalformed(number)
    let state = try line.nextField().orMalformed(number)
    guard colon == ":", state == "active" || state == "inactive" else { throw Malformed(line: number) }
    if name.firstIndex(of: UInt8(ascii: "/")) != nil { throw Malformed(line: number) }
    var array = ArrayReading.MDArray(name: name.string, isActive: state == "active")
    while let field = line.nextField() {
      if field[0] == UInt8(ascii: "(") { continue }
      guard field.firstIndex(of: UInt8(ascii: "[")) != nil else {
        array.level = field.string
        continue
      }
      if field.hasSuffix("(F)") {
        array.disksFailed += 1
      } else if field.hasSuffix("(S)") {
        array.disksSpare += 1
      } else {
        array.disksActive += 1
      }
    }
    return array
  }

  /// `5853468288 blocks super 1.2 level 6 [8/7] [UUUUUUU_]`, or `[=>..] recovery =  8.5% (16775552/195310144) …`
  private static func detail(_ line: ByteText, _ number: Int, _ array: inout ArrayReading.MDArray) throws(Malformed) {
    var rest = line
    var before: ByteText?
    while let field = rest.nextField() {
      defer { before = field }
      if field == "blocks" {
        array.blocks = try before.flatMap(\.unsigned).orMalformed(number)
        array.blocksSynced = array.blocks
      } else if field[0] == UInt8(ascii: "["), let disks = pair(field, UInt8(ascii: "]")) {
        array.disksRequired = disks.0
        array.disksActive = disks.1
      } else if field == "=", let activity = before {
        array.activity = activity.string
      } else if field[0] == UInt8(ascii: "("), let blocks = pair(field, UInt8(ascii: ")")) {
        array.blocksSynced = blocks.0
      } else if field.hasPrefix("resync=") || field.hasPrefix("recovery=") || field.hasPrefix("reshape=") {
        // `resync=DELAYED`, `resync=PENDING`: it will, after another array.
        array.activity = field.prefix(field.firstIndex(of: UInt8(ascii: "=")) ?? 0).string
      }
    }
  }

  /// The two numbers of `[8/7]` or `(16775552/195310144)`.
  private static func pair(_ field: ByteText, _ end: UInt8) -> (UInt64, UInt64)? {
    guard field[field.count - 1] == end else { return nil }
    var second = field.dropFirst(1).prefix(field.count - 2)
    guard let first = second.next(before: UInt8(ascii: "/"))?.unsigned, let last = second.unsigned else { return nil }
    return (first, last)
  }
}
