import BootChain

/// The first unit that kept a boot from its last proof.
public struct BootBreak: Sendable, Hashable {
  /// How far it came.
  public var timing: StageTiming
  /// What it and systemd said about it, in order, at most ``BootBreak/longestLog`` lines.
  public var log: [String]

  /// It in one line: the unit, how it went, and the last thing it said.
  public var line: String {
    "\(timing.stage.unit) \(timing.words)" + (log.last.map { ": \($0)" } ?? "")
  }

  /// The most lines that are kept of a unit's log: its last ones.
  public static let longestLog = 40
}

extension BootTimeline {
  /// The stage that broke the chain, with its log; `nil` where the last proof stands.
  ///
  /// That is, among the stages that stand before the last proof and are neither ready nor spared, and for which nothing earlier is to
  /// blame: one whose start failed, before one that hangs, before one that nobody started. What only runs beside the chain (OpenBao's
  /// agent, say, whose work the gate before kubelet looks at) counts as before it.
  public func firstBreak(in entries: [JournalEntry]) -> BootBreak? {
    guard finished == nil, let end = stages.firstIndex(where: { $0.stage.unit == lastProof }) else { return nil }
    let open = stages[...end].filter { $0.state != .ready && $0.state != .skipped && !isForPeople($0.stage) }
    let names = Set(open.map(\.stage.unit))
    let first = open.filter { names.isDisjoint(with: $0.stage.after) }
    let order: [StageTiming.State] = [.failed, .starting, .absent]
    let broken = order.lazy.compactMap { state in first.first { $0.state == state } }.first ?? open.first
    guard let broken else { return nil }
    let boot = entries.last { !$0.bootID.isEmpty }?.bootID
    let lines = entries.filter { $0.concerns(broken.stage.unit) && (boot == nil || $0.bootID == boot) }.map(\.message)
    return BootBreak(timing: broken, log: Array(lines.suffix(BootBreak.longestLog)))
  }

  /// Whether it unpacks what only people need, so that nothing waits for it.
  private func isForPeople(_ stage: Stage) -> Bool {
    stage.unit.hasPrefix(ChainUnit.unpack("").dropLast(".service".count))
      && !stages.contains { $0.stage.after.contains(stage.unit) }
  }
}
