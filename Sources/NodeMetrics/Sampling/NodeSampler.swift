public import HostFS

/// Takes snapshots of a node. One that hangs somewhere in the kernel costs only its own reading.
///
/// It belongs to one thread at a time. A sample takes as long as the slowest thing allows, and no longer than
/// `Limits.total`.
public final class NodeSampler {
  /// How long is waited, in nanoseconds.
  public struct Limits: Sendable, Hashable {
    /// For one collector.
    public var collector: UInt64 = 2_000_000_000
    /// For one mount.
    public var mount: UInt64 = 500_000_000
    /// For everything.
    public var total: UInt64 = 5_000_000_000

    /// Two seconds for a collector, 500 ms for a mount, five seconds for everything: a busy machine is not a dead one.
    public init() {}
  }

  /// What is asked of the kernel other than by files. Tests put something else here.
  public struct Calls: Sendable {
    /// Nanoseconds since the machine started.
    public var bootTime: @Sendable () -> UInt64 = BootClock.now
    /// Nanoseconds since 1970.
    public var wallTime: @Sendable () -> Int64 = WallClock.now
    /// The space of the file system at a path.
    public var space: FilesystemCollector.SpaceQuery = FileSystemSpace.init(at:)
    /// How the clock is kept.
    public var clock: @Sendable () throws(ReadError) -> ClockDiscipline = ClockDiscipline.current

    /// The kernel's own.
    public init() {}
  }

  private let relay: Relay
  private let limits: Limits
  private let calls: Calls
  private let tasks: CollectorTasks
  private var lastMeasured: [UInt64?]
  private var previous = NodeSnapshot()

  /// A sampler of `root`.
  public init(root: HostRoot, limits: Limits = Limits(), calls: Calls = Calls()) {
    relay = Relay(root.origin)
    self.limits = limits
    self.calls = calls
    tasks = CollectorTasks(root.origin, limits, calls)
    lastMeasured = Array(repeating: nil, count: tasks.all.count)
  }

  /// Reads everything. What whoever talks to systemd and to the kubelet knows is handed in.
  public func sample(
    units: Outcome<UnitReading> = .unavailable(.notCollected),
    kubelet: Outcome<KubeletReading> = .unavailable(.notCollected)
  ) -> NodeSnapshot {
    var snapshot = NodeSnapshot()
    snapshot.time = calls.bootTime()
    snapshot.wallTime = calls.wallTime()
    let verdicts = relay.run(tasks.all, limit: limits.collector, total: limits.total)
    tasks.fill(&snapshot, verdicts)
    snapshot.units = units
    snapshot.kubelet = kubelet
    snapshot.runs = zip(tasks.all.indices, verdicts).map { run(of: $0, $1) }
    snapshot.setbacks = SetbackSearch.setbacks(from: previous, to: snapshot)
    snapshot.conditions = ConditionRules(snapshot).conditions
    previous = SetbackSearch.counters(of: snapshot, previous)
    return snapshot
  }

  private func run(of index: Int, _ verdict: Relay.Verdict) -> CollectorRun {
    let task = tasks.all[index]
    let result = task.result(verdict)
    let duration: UInt64
    switch verdict {
    case .finished:
      duration = task.lastDuration
      if result == .measured { lastMeasured[index] = task.lastEnd }
    case .overdue(let nanoseconds): duration = nanoseconds
    case .notTried: duration = 0
    }
    return CollectorRun(name: task.name, duration: duration, lastMeasured: lastMeasured[index], result: result)
  }
}
