public import HostFS

/// Control groups: the root's children, and those of `kubepods`.
public struct CgroupReading: Sendable, Hashable {
  /// How the hierarchy is laid out. Source: cgroups(7).
  public enum Layout: String, Sendable, Hashable {
    /// One hierarchy with all controllers.
    case v2
    /// A hierarchy for each controller.
    case v1
    /// As v1, with one of v2 beside for systemd.
    case hybrid
  }

  /// A group.
  public struct Group: Sendable, Hashable {
    /// Its path: `/kubepods.slice/kubepods-burstable.slice`.
    public var path: String
    /// CPU time used, in nanoseconds.
    public var cpu: UInt64?
    /// Of that in user mode.
    public var cpuUser: UInt64?
    /// Of that in the kernel.
    public var cpuSystem: UInt64?
    /// Periods in which its quota stopped it.
    public var throttledPeriods: UInt64?
    /// How long its quota stopped it, in nanoseconds.
    public var throttledTime: UInt64?
    /// Memory in use, page cache included, in bytes.
    public var memory: UInt64?
    /// The most it may use, in bytes; `nil` where there is no limit.
    public var memoryLimit: UInt64?
    /// Processes that were killed because it had used its memory up.
    public var oomKills: UInt64?
    /// Processes and threads.
    public var tasks: UInt64?
    /// The most of them.
    public var tasksLimit: UInt64?
    /// How much its tasks waited for a core.
    public var cpuPressure: Pressure?
    /// How much its tasks waited for memory.
    public var memoryPressure: Pressure?
    /// How much its tasks waited for a disk.
    public var ioPressure: Pressure?
  }

  /// How the hierarchy is laid out.
  public var layout: Layout
  /// Groups, in the order of their paths.
  public var groups: [Group] = []
}

/// Reads `/sys/fs/cgroup`.
public struct CgroupCollector: Collector {
  /// `cgroup`.
  public static let name = "cgroup"
  private var paths: [String] = []
  private var age = 0

  /// A collector.
  public init() {}

  /// Reads it. Which groups there are is looked up again every 10 samples.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> CgroupReading {
    let folder = try root.folder(.sys, "fs/cgroup")
    let isUnified = folder.optional("cgroup.controllers") { _ in true } != nil
    if isUnified {
      if age == 0 { paths = try Self.paths(folder) }
      age = (age + 1) % 10
      return CgroupReading(
        layout: .v2, groups: paths.compactMap { UnifiedGroup.read(folder, $0) })
    }
    guard let memory = folder.folder("memory") else {
      throw .unavailable(.reason("no control groups are mounted at /sys/fs/cgroup"))
    }
    if age == 0 { paths = try Self.paths(memory) }
    age = (age + 1) % 10
    let isHybrid = folder.optional("unified/cgroup.controllers") { _ in true } != nil
    return CgroupReading(layout: isHybrid ? .hybrid : .v1, groups: paths.map { LegacyGroup.read(folder, $0) })
  }

  /// The children of the root, and those of `kubepods`: as many groups whatever the number of pods.
  private static func paths(_ folder: borrowing HostDirectory) throws(CollectionError) -> [String] {
    var paths: [String] = []
    for name in try folder.names() where isGroup(name) {
      guard let group = folder.folder(name) else { continue }
      paths.append(name)
      guard name == "kubepods.slice" || name == "kubepods" else { continue }
      for child in try group.names() where child == "burstable" || child == "besteffort" || isQualityOfService(child) {
        paths.append("\(name)/\(child)")
      }
    }
    return paths
  }

  private static func isGroup(_ name: String) -> Bool {
    let ends = [".slice", ".scope", ".service"]
    return name == "kubepods" || ends.contains { name.hasSuffix($0) }
  }

  private static func isQualityOfService(_ name: String) -> Bool {
    name == "kubepods-burstable.slice" || name == "kubepods-besteffort.slice"
  }
}
