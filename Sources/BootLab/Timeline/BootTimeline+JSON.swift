import BootChain
public import Diagnostics

extension BootTimeline {
  /// The timeline as `ll-bootimage boot --format json` prints it. Times are whole milliseconds since the end of Ignition, `null` where a
  /// thing did not happen.
  ///
  /// - Parameter broken: what broke it.
  public func json(broken: BootBreak? = nil) -> JSONText {
    let chain = criticalChain
    let critical = Set(chain.map(\.stage.unit))
    return .object([
      .init("node", .string(node)), .init("machine", .string(machine)), .init("lastProof", .string(lastProof)),
      .init("readyMilliseconds", Self.number(finished)),
      .init("budgetMilliseconds", Self.number(budget.limit)),
      .init("goalMilliseconds", Self.number(budget.goal)),
      .init("cpuFactorThousandths", .integer(budget.cpuFactorThousandths)),
      .init("leftMilliseconds", Self.number(finished.map { left(at: $0) })),
      .init("stages", .array(stages.map { json($0, isCritical: critical.contains($0.stage.unit)) })),
      .init(
        "criticalChain",
        .array(
          chain.map { timing in
            .object([
              .init("unit", .string(timing.stage.unit)),
              .init("ownMilliseconds", Self.number(ownTime(of: timing))),
            ])
          })),
      .init("unreadableJournalLines", .integer(unreadableLines)),
      .init(
        "broken",
        broken.map { broken in
          .object([
            .init("unit", .string(broken.timing.stage.unit)), .init("state", .string(broken.timing.state.rawValue)),
            .init("words", .string(broken.timing.words)), .init("log", .array(broken.log.map { .string($0) })),
          ])
        } ?? .null),
    ])
  }

  private func json(_ timing: StageTiming, isCritical: Bool) -> JSONText {
    .object([
      .init("unit", .string(timing.stage.unit)), .init("state", .string(timing.state.rawValue)),
      .init("startedMilliseconds", Self.number(timing.started)), .init("readyMilliseconds", Self.number(timing.ready)),
      .init("leftMilliseconds", Self.number(timing.ready.map { left(at: $0) })),
      .init("waitedFor", timing.waitedFor.map { .string($0) } ?? .null), .init("critical", .boolean(isCritical)),
      .init("startedBefore", .array(timing.startedBefore.map { .string($0) })),
      .init("failures", .integer(timing.failures)), .init("words", .string(timing.words)),
      .init("proof", .string(timing.stage.proof)),
    ])
  }

  private static func number(_ duration: Duration?) -> JSONText { duration.map { .integer($0.milliseconds) } ?? .null }
}
