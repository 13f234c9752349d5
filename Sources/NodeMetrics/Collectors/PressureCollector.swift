public import HostFS

/// Pressure stall information: how much time tasks lost waiting for a resource. Source: the kernel's `accounting/psi`;
/// since Linux 4.20.
public struct Pressure: Sendable, Hashable {
  /// A line of a pressure file.
  public struct Stall: Sendable, Hashable {
    /// Share of the last 10 seconds, in hundredths of a percent.
    public var average10: UInt64
    /// Share of the last 60 seconds, in hundredths of a percent.
    public var average60: UInt64
    /// Share of the last 300 seconds, in hundredths of a percent.
    public var average300: UInt64
    /// Since the machine started, in microseconds.
    public var total: UInt64
  }

  /// At least one task waited; absent for `irq`.
  public var some: Stall?
  /// All tasks that could have run waited. Absent for a host's `cpu` before Linux 5.13, and meaningless there after.
  public var full: Stall?

  static func parse(_ text: ByteText) throws(Malformed) -> Pressure {
    var pressure = Pressure()
    try text.forEachLine { (line, number) throws(Malformed) in
      let kind = try line.nextField().orMalformed(number)
      let stall = Stall(
        average10: try Self.average(&line, "avg10=", number), average60: try Self.average(&line, "avg60=", number),
        average300: try Self.average(&line, "avg300=", number),
        total: try Self.value(&line, "total=", number).unsigned.orMalformed(number))
      if kind == "some" {
        pressure.some = stall
      } else if kind == "full" {
        pressure.full = stall
      }
    }
    if pressure.some == nil && pressure.full == nil { throw Malformed(line: 1) }
    return pressure
  }

  private static func average(_ line: inout ByteText, _ key: StaticString, _ number: Int) throws(Malformed) -> UInt64 {
    try value(&line, key, number).fixedPoint(places: 2).orMalformed(number)
  }

  private static func value(_ line: inout ByteText, _ key: StaticString, _ number: Int) throws(Malformed) -> ByteText {
    let field = try line.nextField().orMalformed(number)
    if !field.hasPrefix(key) { throw Malformed(line: number) }
    return field.dropFirst(key.utf8CodeUnitCount)
  }
}

/// The whole host's pressure.
public struct PressureReading: Sendable, Hashable {
  /// Waiting for a core.
  public var cpu: Pressure?
  /// Waiting for memory.
  public var memory: Pressure?
  /// Waiting for a disk.
  public var io: Pressure?
  /// Waiting behind interrupts; kernels since 6.1 with `CONFIG_IRQ_TIME_ACCOUNTING`.
  public var irq: Pressure?
}

/// Reads `/proc/pressure/{cpu,memory,io,irq}`.
public struct PressureCollector: Collector {
  /// `pressure`.
  public static let name = "pressure"

  /// A collector.
  public init() {}

  /// Reads it.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> PressureReading {
    // With psi=0 the file is there and reading it is EOPNOTSUPP: unavailable, with that reason.
    let cpu = try root.parse(.proc, "pressure/cpu", limit: 4096) { (text) throws(Malformed) in
      try Pressure.parse(text)
    }
    return PressureReading(
      cpu: cpu,
      memory: try root.parseIfPresent(.proc, "pressure/memory") { (text) throws(Malformed) in
        try Pressure.parse(text)
      },
      io: try root.parseIfPresent(.proc, "pressure/io") { (text) throws(Malformed) in try Pressure.parse(text) },
      irq: try root.parseIfPresent(.proc, "pressure/irq") { (text) throws(Malformed) in try Pressure.parse(text) })
  }
}
