public import HostFS

/// What the cores did since the machine started.
public struct CPUReading: Sendable, Hashable {
  /// Times of one core, or of all, in ticks of 10 ms (`USER_HZ`). Source: proc(5), `/proc/stat`.
  public struct Times: Sendable, Hashable {
    /// The core's number; -1 for all cores together.
    public var core: Int
    /// In user mode. The kernel counts `guest` in.
    public var user: UInt64 = 0
    /// In user mode with low priority. The kernel counts `guestNice` in.
    public var nice: UInt64 = 0
    /// In the kernel.
    public var system: UInt64 = 0
    /// Doing nothing.
    public var idle: UInt64 = 0
    /// Doing nothing while a disk was waited for. Not reliable: it can go backwards.
    public var iowait: UInt64 = 0
    /// Serving interrupts.
    public var irq: UInt64 = 0
    /// Serving soft interrupts.
    public var softirq: UInt64 = 0
    /// Taken by the hypervisor for others.
    public var steal: UInt64 = 0
    /// Running virtual machines; part of `user`.
    public var guest: UInt64 = 0
    /// Running virtual machines with low priority; part of `nice`.
    public var guestNice: UInt64 = 0
  }

  /// `USER_HZ`, which is 100 on every architecture that Linux has now.
  public static let ticksPerSecond: UInt64 = 100

  /// All cores together.
  public var total = Times(core: -1)
  /// Each core that is online.
  public var cores: [Times] = []
  /// Interrupts served.
  public var interrupts: UInt64 = 0
  /// Context switches.
  public var contextSwitches: UInt64 = 0
  /// When the machine started, in seconds since 1970.
  public var bootTime: UInt64 = 0
  /// Processes and threads started.
  public var forks: UInt64 = 0
  /// Threads that run or could.
  public var running: UInt64 = 0
  /// Threads that wait for a disk.
  public var blocked: UInt64 = 0
  /// Soft interrupts served; `nil` before Linux 2.6.31.
  public var softInterrupts: UInt64?
}

/// Reads `/proc/stat`.
public struct CPUCollector: Collector {
  /// `cpu`.
  public static let name = "cpu"
  private var cores = 0

  /// A collector.
  public init() {}

  /// Reads it.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> CPUReading {
    let expected = cores
    // 4,096 interrupts and 4,096 cores make a megabyte.
    let reading = try root.parse(.proc, "stat", limit: 16 << 20) { (text) throws(Malformed) in
      try Self.parse(text, cores: expected)
    }
    cores = reading.cores.count
    return reading
  }

  static func parse(_ text: ByteText, cores: Int = 0) throws(Malformed) -> CPUReading {
    var reading = CPUReading()
    reading.cores.reserveCapacity(cores)
    var found = 0
    try text.forEachLine { (line, number) throws(Malformed) in
      guard let key = line.nextField() else { return }
      if key.hasPrefix("cpu") {
        let times = try Self.times(key.dropFirst(3), line, number)
        if times.core < 0 { reading.total = times } else { reading.cores.append(times) }
        found |= 1
        return
      }
      let value = line.nextUnsigned()
      switch () {
      case _ where key == "intr": reading.interrupts = try value.orMalformed(number)
      case _ where key == "ctxt": reading.contextSwitches = try value.orMalformed(number)
      case _ where key == "btime": reading.bootTime = try value.orMalformed(number)
      case _ where key == "processes": reading.forks = try value.orMalformed(number)
      case _ where key == "procs_running": reading.running = try value.orMalformed(number)
      case _ where key == "procs_blocked": reading.blocked = try value.orMalformed(number)
      case _ where key == "softirq": reading.softInterrupts = try value.orMalformed(number)
      default: return
      }
      found |= 2
    }
    if found != 3 { throw Malformed(line: 1) }
    return reading
  }

  private static func times(_ id: ByteText, _ fields: ByteText, _ line: Int) throws(Malformed) -> CPUReading.Times {
    var times = CPUReading.Times(core: -1)
    if !id.isEmpty {
      guard let core = id.unsigned, core < 1 << 20 else { throw Malformed(line: line) }
      times.core = Int(core)
    }
    var fields = fields
    times.user = try fields.nextUnsigned().orMalformed(line)
    times.nice = try fields.nextUnsigned().orMalformed(line)
    times.system = try fields.nextUnsigned().orMalformed(line)
    times.idle = try fields.nextUnsigned().orMalformed(line)
    // Later fields came one kernel after the other: iowait 2.5.41, steal 2.6.11, guest 2.6.24, guest_nice 2.6.33.
    guard let iowait = fields.nextField() else { return times }
    times.iowait = try iowait.unsigned.orMalformed(line)
    guard let irq = fields.nextField() else { return times }
    times.irq = try irq.unsigned.orMalformed(line)
    guard let softirq = fields.nextField() else { return times }
    times.softirq = try softirq.unsigned.orMalformed(line)
    guard let steal = fields.nextField() else { return times }
    times.steal = try steal.unsigned.orMalformed(line)
    guard let guest = fields.nextField() else { return times }
    times.guest = try guest.unsigned.orMalformed(line)
    guard let guestNice = fields.nextField() else { return times }
    times.guestNice = try guestNice.unsigned.orMalformed(line)
    return times
  }
}

extension Optional {
  /// The value, or the error that line `line` is not what the kernel writes.
  func orMalformed(_ line: Int) throws(Malformed) -> Wrapped {
    guard let self else { throw Malformed(line: line) }
    return self
  }
}
