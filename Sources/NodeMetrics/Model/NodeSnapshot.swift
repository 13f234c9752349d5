/// Everything that is known of the node at one time. Its members are named after the collectors.
public struct NodeSnapshot: Sendable, Hashable {
  /// When it was begun, in nanoseconds of the boot clock.
  public var time: UInt64 = 0
  /// When it was begun, in nanoseconds since 1970; 0 where the clock could not be read.
  public var wallTime: Int64 = 0

  /// CPU times per core, context switches, interrupts, boot time.
  public var cpu: Outcome<CPUReading> = .unavailable(.notCollected)
  /// Frequencies per core and how often heat slowed them down.
  public var cpuFrequency: Outcome<CPUFrequencyReading> = .unavailable(.notCollected)
  /// Load averages.
  public var load: Outcome<LoadReading> = .unavailable(.notCollected)
  /// Memory, swap, huge pages.
  public var memory: Outcome<MemoryReading> = .unavailable(.notCollected)
  /// Paging and OOM kills.
  public var vmstat: Outcome<VMStatReading> = .unavailable(.notCollected)
  /// Pressure of the whole host.
  public var pressure: Outcome<PressureReading> = .unavailable(.notCollected)
  /// Block devices.
  public var disks: Outcome<DiskReading> = .unavailable(.notCollected)
  /// Mounted file systems.
  public var filesystems: Outcome<FilesystemReading> = .unavailable(.notCollected)
  /// Software RAID.
  public var arrays: Outcome<ArrayReading> = .unavailable(.notCollected)
  /// NVMe controllers.
  public var nvme: Outcome<NVMeReading> = .unavailable(.notCollected)
  /// Network devices.
  public var network: Outcome<NetworkReading> = .unavailable(.notCollected)
  /// IP, ICMP, TCP and UDP counters.
  public var protocols: Outcome<ProtocolReading> = .unavailable(.notCollected)
  /// Sockets in use.
  public var sockets: Outcome<SocketReading> = .unavailable(.notCollected)
  /// Connection tracking.
  public var conntrack: Outcome<ConntrackReading> = .unavailable(.notCollected)
  /// What the network stack took in per core, and what it dropped.
  public var softnet: Outcome<SoftnetReading> = .unavailable(.notCollected)
  /// Temperatures and fans.
  public var sensors: Outcome<SensorReading> = .unavailable(.notCollected)
  /// Thermal zones and cooling devices.
  public var thermal: Outcome<ThermalReading> = .unavailable(.notCollected)
  /// Open files of the whole host.
  public var files: Outcome<FileHandleReading> = .unavailable(.notCollected)
  /// The kernel's random number generator.
  public var entropy: Outcome<EntropyReading> = .unavailable(.notCollected)
  /// How the clock is kept.
  public var clock: Outcome<ClockReading> = .unavailable(.notCollected)
  /// Control groups.
  public var cgroups: Outcome<CgroupReading> = .unavailable(.notCollected)
  /// Kernel, OS image and boot.
  public var identity: Outcome<IdentityReading> = .unavailable(.notCollected)
  /// systemd's units. Handed in.
  public var units: Outcome<UnitReading> = .unavailable(.notCollected)
  /// The kubelet. Handed in.
  public var kubelet: Outcome<KubeletReading> = .unavailable(.notCollected)

  /// How each collector fared, in the order of their names.
  public var runs: [CollectorRun] = []
  /// Counters that went backwards since the sample before.
  public var setbacks: [Setback] = []
  /// The node's conditions, in the order of `ConditionType.allCases`.
  public var conditions: [Condition] = []

  /// A snapshot without a reading.
  public init() {}
}
