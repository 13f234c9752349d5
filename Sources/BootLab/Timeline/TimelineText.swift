import BootChain

/// A boot as text for a terminal: a line for each stage in the order in which they were ready, `*` before those of the
/// critical chain.
public struct TimelineText: Sendable {
  private let timeline: BootTimeline
  private let broken: BootBreak?

  /// The text of `timeline`, and of what broke it.
  public init(_ timeline: BootTimeline, broken: BootBreak? = nil) {
    self.timeline = timeline
    self.broken = broken
  }

  /// The text, ending with a newline.
  public var text: String {
    var lines = [headline, ""]
    lines.append("   started     ready      left    stage")
    let critical = timeline.criticalChain.map(\.stage.unit)
    lines += timeline.stagesByTime.map { line($0, isCritical: critical.contains($0.stage.unit)) }
    if !critical.isEmpty {
      lines += ["", "critical chain: " + timeline.criticalChain.map(step).joined(separator: " → ")]
    }
    if timeline.unreadableLines > 0 {
      lines += ["", "\(timeline.unreadableLines) lines of the journal could not be read"]
    }
    if let broken {
      lines += ["", "the chain broke at \(broken.timing.stage.unit): \(broken.timing.words)"]
      lines += broken.log.isEmpty ? ["  (it has no log)"] : broken.log.map { "  \($0)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var headline: String {
    let factor = timeline.budget.cpuFactorThousandths
    let scaled = factor == 1000 ? "" : ", CPU factor \(Duration.thousandths(factor))"
    let head = "\(timeline.node) (\(timeline.machine)\(scaled)): "
    guard let finished = timeline.finished else {
      return head + "the last proof, \(timeline.lastProof), was not reached"
    }
    let left = timeline.left(at: finished)
    let rest = left < .zero ? "\((.zero - left).seconds) s over the budget of" : "\(left.seconds) s left of"
    return head
      + "the last proof stood \(finished.seconds) s after Ignition, \(rest) \(timeline.budget.limit.seconds) s"
  }

  private func line(_ timing: StageTiming, isCritical: Bool) -> String {
    let columns = [timing.started, timing.ready, timing.ready.map { timeline.left(at: $0) }]
    let numbers = columns.map { Self.column($0?.seconds ?? "-") }.joined()
    var notes: [String] = []
    if let waited = timing.waitedFor { notes.append("after \(waited)") }
    if timing.state != .ready || timing.failures > 0 { notes.append(timing.words) }
    for early in timing.startedBefore where timing.state != .skipped {
      notes.append("started before \(early) was ready")
    }
    let note = notes.isEmpty ? "" : "  (\(notes.joined(separator: "; ")))"
    return "\(numbers)  \(isCritical ? "*" : " ") \(timing.stage.unit)\(note)"
  }

  private func step(_ timing: StageTiming) -> String {
    "\(timing.stage.unit) \((timeline.ownTime(of: timing) ?? .zero).seconds) s"
  }

  private static func column(_ text: String) -> String {
    String(repeating: " ", count: max(0, 10 - text.count)) + text
  }
}

extension BootTimeline {
  /// The stages in the order in which they were ready, then those that were not, in the chain's order.
  var stagesByTime: [StageTiming] {
    stages.enumerated().sorted { left, right in
      switch (left.element.ready, right.element.ready) {
      case (let first?, let second?): (first, left.offset) < (second, right.offset)
      case (nil, nil): left.offset < right.offset
      case (let first, _): first != nil
      }
    }.map(\.element)
  }
}

extension StageTiming {
  /// How it went, in words.
  var words: String {
    let failures = attempts.compactMap(\.failed)
    switch state {
    case .ready:
      let results = failures.prefix(self.failures).map(\.result).joined(separator: ", ")
      return self.failures == 0 ? "ready" : "failed \(self.failures) times before (\(results))"
    case .skipped: return attempts.last?.skipped ?? "skipped"
    case .failed:
      let last = failures.last?.result ?? "failed"
      return failures.count == 1 ? "failed (\(last))" : "failed \(failures.count) times, last \(last)"
    case .starting:
      return failures.isEmpty ? "not ready yet" : "failed \(failures.count) times, not ready yet"
    case .absent: return "never started"
    }
  }
}
