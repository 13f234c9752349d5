public import HostFS

/// How fast the cores run, and how often heat slowed them down.
public struct CPUFrequencyReading: Sendable, Hashable {
  /// One core. Source: the kernel's `admin-guide/pm/cpufreq` and `thermal_throttle`.
  public struct Core: Sendable, Hashable {
    /// The core's number.
    public var core: Int
    /// The frequency that the governor asked for, in kHz.
    public var scaling: Int64?
    /// The lowest that the governor may ask for, in kHz.
    public var scalingMinimum: Int64?
    /// The highest that the governor may ask for, in kHz.
    public var scalingMaximum: Int64?
    /// The lowest that the hardware can, in kHz.
    public var minimum: Int64?
    /// The highest that the hardware can, in kHz.
    public var maximum: Int64?
    /// The core's number within its package.
    public var coreID: Int64?
    /// The package that it sits in.
    public var package: Int64?
    /// How often this core was slowed down for its heat; x86 only.
    public var throttles: Int64?
    /// How often the package was.
    public var packageThrottles: Int64?

    /// Whether there is anything to show.
    var isEmpty: Bool { scaling == nil && maximum == nil && throttles == nil }
  }

  /// Cores that show a frequency or a throttle count, by number.
  public var cores: [Core] = []
}

/// Reads `/sys/devices/system/cpu/cpu*/{cpufreq,thermal_throttle,topology}`.
public struct CPUFrequencyCollector: Collector {
  /// `cpufreq`.
  public static let name = "cpufreq"
  private var known: [KnownCore] = []
  private var age = 0

  /// A core, with what changes rarely as it was last read.
  private struct KnownCore {
    var core: CPUFrequencyReading.Core
    var scaling: String
    var throttles: String
    var packageThrottles: String
  }

  /// A collector.
  public init() {}

  /// Reads it. Which cores there are, and between what limits, is read again every 60 samples: it changes with hotplug
  /// and by the administrator's doing.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> CPUFrequencyReading {
    let folder = try root.folder(.sys, "devices/system/cpu")
    if age == 0 { known = try Self.known(folder) }
    age = (age + 1) % 60
    if known.isEmpty {
      throw .unavailable(.reason("no core shows a frequency or a throttle count, as in most virtual machines"))
    }
    return CPUFrequencyReading(
      cores: known.map { known in
        var core = known.core
        if core.scaling != nil { core.scaling = folder.number(named: known.scaling) }
        if core.throttles != nil { core.throttles = folder.number(named: known.throttles) }
        if core.packageThrottles != nil { core.packageThrottles = folder.number(named: known.packageThrottles) }
        return core
      })
  }

  private static func known(_ folder: borrowing HostDirectory) throws(CollectionError) -> [KnownCore] {
    let numbers = try folder.names().compactMap { $0.hasPrefix("cpu") ? Int($0.dropFirst(3)) : nil }.sorted()
    var known: [KnownCore] = []
    for number in numbers {
      let core = core(number, folder)
      if core.isEmpty { continue }
      known.append(
        KnownCore(
          core: core, scaling: "cpu\(number)/cpufreq/scaling_cur_freq",
          throttles: "cpu\(number)/thermal_throttle/core_throttle_count",
          packageThrottles: "cpu\(number)/thermal_throttle/package_throttle_count"))
    }
    return known
  }

  private static func core(_ number: Int, _ folder: borrowing HostDirectory) -> CPUFrequencyReading.Core {
    var core = CPUFrequencyReading.Core(core: number)
    if let cpufreq = folder.folder("cpu\(number)/cpufreq") {
      core.scaling = cpufreq.number("scaling_cur_freq")
      core.scalingMinimum = cpufreq.number("scaling_min_freq")
      core.scalingMaximum = cpufreq.number("scaling_max_freq")
      core.minimum = cpufreq.number("cpuinfo_min_freq")
      core.maximum = cpufreq.number("cpuinfo_max_freq")
    }
    if let throttle = folder.folder("cpu\(number)/thermal_throttle") {
      core.throttles = throttle.number("core_throttle_count")
      core.packageThrottles = throttle.number("package_throttle_count")
      if let topology = folder.folder("cpu\(number)/topology") {
        core.coreID = topology.number("core_id")
        core.package = topology.number("physical_package_id")
      }
    }
    return core
  }
}
