public import BootChain

/// One boot of a node, held against its chain: what started when, what was ready when, and what it waited for.
public struct BootTimeline: Sendable, Hashable {
  /// The node's name.
  public var node: String
  /// Where it ran: `nspawn`, `qemu`.
  public var machine: String
  /// Every stage, in the chain's order.
  public var stages: [StageTiming]
  /// The stage whose proof ends the boot.
  public var lastProof: String
  /// How long it may take.
  public var budget: BootBudget
  /// How many lines of the journal could not be read.
  public var unreadableLines = 0

  /// The timeline of `chain` from the entries of a journal.
  ///
  /// Of several boots in `entries` only the last counts. Nothing is known where the journal does not tell `origin`: then every stage
  /// is `absent`.
  ///
  /// - Parameter lastProof: the unit whose proof ends the boot.
  public init(
    node: String, machine: String, chain: BootChain, entries: [JournalEntry], origin: BootOrigin, budget: BootBudget,
    lastProof: String = ChainUnit.ciliumReady
  ) {
    self.node = node
    self.machine = machine
    self.lastProof = lastProof
    self.budget = budget
    stages = chain.stages.map { StageTiming(stage: $0) }
    let boot = Self.lastBoot(of: entries)
    guard let start = origin.moment(in: boot) else { return }
    var records: [String: StageRecord] = [:]
    // Sorted by time and, within one time, by arrival: systemd's messages of one moment come in their order.
    let events = boot.compactMap { UnitEvent($0) }.enumerated().sorted {
      ($0.element.monotonic, $0.offset) < ($1.element.monotonic, $1.offset)
    }
    for (_, event) in events where chain[event.unit] != nil && event.monotonic >= start {
      records[event.unit, default: StageRecord()].add(event.kind, at: .microseconds(event.monotonic - start))
    }
    for index in stages.indices { stages[index].attempts = records[stages[index].stage.unit]?.attempts ?? [] }
    findWaits()
  }

  /// The stage of `unit`.
  public subscript(unit: String) -> StageTiming? { stages.first { $0.stage.unit == unit } }

  /// When the last proof stood; `nil` where it never did.
  public var finished: Duration? {
    guard let last = self[lastProof], last.state == .ready else { return nil }
    return last.ready
  }

  /// How much of the budget is left at `time`; less than zero where it is used up.
  public func left(at time: Duration) -> Duration { budget.limit - time }

  /// The stages that decided when the last proof stood, from the first to the last: each waited for the one before it.
  public var criticalChain: [StageTiming] {
    var chain: [StageTiming] = []
    var next = self[lastProof]
    while let stage = next, stage.ready != nil {
      chain.append(stage)
      next = stage.waitedFor.flatMap { self[$0] }
    }
    return chain.reversed()
  }

  /// The time that a stage of the critical chain itself took: from the moment when everything it waited for was ready.
  public func ownTime(of timing: StageTiming) -> Duration? {
    guard let ready = timing.ready else { return nil }
    let before = timing.waitedFor.flatMap { self[$0]?.ready } ?? .zero
    return ready - before
  }

  private static func lastBoot(of entries: [JournalEntry]) -> [JournalEntry] {
    guard let boot = entries.last(where: { !$0.bootID.isEmpty })?.bootID else { return entries }
    return entries.filter { $0.bootID == boot }
  }

  private mutating func findWaits() {
    let ready = Dictionary(stages.map { ($0.stage.unit, $0.ready) }, uniquingKeysWith: { first, _ in first })
    for index in stages.indices {
      let stage = stages[index]
      let after = stage.stage.after.map { (unit: $0, ready: ready[$0] ?? nil) }
      if let end = stage.ready {
        stages[index].waitedFor =
          after.compactMap { before in before.ready.map { (before.unit, $0) } }
          .filter { $0.1 <= end }.max { $0.1 < $1.1 }?.0
      }
      guard let started = stage.started else { continue }
      stages[index].startedBefore = after.filter { before in before.ready.map { $0 > started } ?? true }.map(\.unit)
    }
  }
}
