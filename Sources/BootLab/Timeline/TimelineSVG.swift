import BootChain

/// A boot as a picture: a bar for each stage from its start to its proof, the critical chain marked, a line where the budget
/// ends. One document, without anything to be fetched, readable on light and dark ground; the same timeline gives the same bytes.
public struct TimelineSVG: Sendable {
  private let timeline: BootTimeline
  private let stages: [StageTiming]

  /// The picture of `timeline`.
  public init(_ timeline: BootTimeline) {
    self.timeline = timeline
    stages = timeline.stagesByTime
  }

  private static let left = 330
  private static let plot = 640
  private static let right = 90
  private static let row = 24
  private static let top = 84

  // No variables: what draws pictures outside of browsers does not know them.
  private static let style = """
    <style>
    text{font-family:sans-serif;font-size:12px;fill:#15191d}
    .soft{fill:#59636e;font-size:11px}
    .title{font-size:15px;font-weight:bold}
    .ground{fill:#ffffff}
    .grid{stroke:#dfe3e8}
    .bar{fill:#7da7d9}
    .wait{fill:#d5dde6}
    .critical{fill:#d9822b}
    .fail,.over{fill:#c5303c}
    .limit{stroke:#1f7a3d;stroke-width:2;stroke-dasharray:6 4}
    .link{stroke:#d9822b;stroke-width:1.5;fill:none}
    @media (prefers-color-scheme:dark){
    text{fill:#e8ecef}
    .soft{fill:#9aa7b2}
    .ground{fill:#14181c}
    .grid{stroke:#2b333b}
    .bar{fill:#4a7fbd}
    .wait{fill:#303a44}
    .critical{fill:#e89a4a}
    .fail,.over{fill:#ef6a74}
    .limit{stroke:#5cc183}
    .link{stroke:#e89a4a}
    }
    </style>
    """

  /// The picture as one SVG document.
  public var text: String {
    let width = Self.left + Self.plot + Self.right
    let height = Self.top + stages.count * Self.row + 34
    var elements = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
        + "viewBox=\"0 0 \(width) \(height)\">",
      "<title>\(XMLText.escaped("Boot of \(timeline.node)"))</title>", Self.style,
      "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>",
      Self.label("\(timeline.node), \(timeline.machine)", x: 16, y: 28, style: "title"),
      Self.label(subtitle, x: 16, y: 48, style: "soft"),
    ]
    elements += axis(height: height)
    for (index, timing) in stages.enumerated() { elements += row(timing, y: Self.top + index * Self.row) }
    elements += links
    elements.append(budgetLine(height: height))
    return (elements + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  private var subtitle: String {
    let factor = timeline.budget.cpuFactorThousandths
    let scaled = factor == 1000 ? "" : " (CPU factor \(Duration.thousandths(factor)))"
    let budget = "budget \(timeline.budget.limit.seconds) s\(scaled)"
    guard let finished = timeline.finished else { return "\(timeline.lastProof) was not reached; \(budget)" }
    return "last proof \(finished.seconds) s after Ignition; \(budget); orange: the critical chain"
  }

  /// The end of the scale, in microseconds.
  private var span: Int {
    let times = stages.flatMap { timing in
      [timing.started, timing.ready] + timing.attempts.map { $0.failed?.at }
    }
    return max(times.compactMap { $0?.microseconds }.max() ?? 0, timeline.budget.limit.microseconds, 1) * 103 / 100
  }

  private func x(_ time: Duration) -> Int { Self.left + time.microseconds * Self.plot / span }

  private func axis(height: Int) -> [String] {
    let seconds = span / 1_000_000
    let step = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600].first { seconds / $0 <= 12 } ?? 1200
    return stride(from: 0, through: seconds, by: step).flatMap { second in
      let x = x(.seconds(second))
      return [
        "<line class=\"grid\" x1=\"\(x)\" y1=\"\(Self.top - 8)\" x2=\"\(x)\" y2=\"\(height - 26)\"/>",
        "<text class=\"soft\" text-anchor=\"middle\" x=\"\(x)\" y=\"\(Self.top - 14)\">\(second) s</text>",
      ]
    }
  }

  private func budgetLine(height: Int) -> String {
    let x = x(timeline.budget.limit)
    return "<line class=\"limit\" x1=\"\(x)\" y1=\"\(Self.top - 8)\" x2=\"\(x)\" y2=\"\(height - 26)\"/>"
      + "<text class=\"soft\" text-anchor=\"middle\" x=\"\(x)\" y=\"\(height - 10)\">budget</text>"
  }

  private func isCritical(_ timing: StageTiming) -> Bool {
    timeline.criticalChain.contains { $0.stage.unit == timing.stage.unit }
  }

  private func row(_ timing: StageTiming, y: Int) -> [String] {
    let note = timing.waitedFor.map { ", after \($0)" } ?? ""
    var elements = [
      "<g data-unit=\"\(XMLText.escaped(timing.stage.unit))\"><title>"
        + XMLText.escaped("\(timing.stage.unit): \(timing.words)\(note). Ready: \(timing.stage.proof)") + "</title>",
      Self.label(timing.stage.unit, x: 16, y: y + 15),
    ]
    let before = timing.waitedFor.flatMap { timeline[$0]?.ready } ?? .zero
    if let first = timing.started, before < first { elements.append(bar("wait", from: before, to: first, y: y)) }
    for attempt in timing.attempts {
      guard let start = attempt.started ?? attempt.ready ?? attempt.failed?.at else { continue }
      if let failed = attempt.failed, attempt.ready == nil {
        elements.append(bar("fail", from: start, to: failed.at, y: y))
      } else if let ready = attempt.ready, ready == timing.ready {
        elements.append(bar(isCritical(timing) ? "critical" : "bar", from: start, to: ready, y: y))
      }
    }
    let end = timing.ready.map { "\($0.seconds) s" } ?? timing.words
    let isOver = timing.ready.map { timeline.left(at: $0) < .zero } ?? (timing.state == .failed)
    let place = timing.ready ?? timing.attempts.compactMap { $0.failed?.at ?? $0.started }.last ?? .zero
    elements.append(Self.label(end, x: x(place) + 6, y: y + 15, style: isOver ? "soft over" : "soft"))
    return elements + ["</g>"]
  }

  /// From each stage of the critical chain to the next, down where the one ends and the other may begin.
  private var links: [String] {
    let chain = timeline.criticalChain
    return zip(chain, chain.dropFirst()).compactMap { before, after in
      guard let ready = before.ready, let from = index(of: before), let to = index(of: after) else { return nil }
      let x = x(ready)
      return "<path class=\"link\" d=\"M\(x) \(Self.top + from * Self.row + 18)V\(Self.top + to * Self.row + 4)\"/>"
    }
  }

  private func index(of timing: StageTiming) -> Int? { stages.firstIndex { $0.stage.unit == timing.stage.unit } }

  private func bar(_ style: String, from start: Duration, to end: Duration, y: Int) -> String {
    let left = x(start)
    let width = max(2, x(end) - left)
    return "<rect class=\"\(style)\" x=\"\(left)\" y=\"\(y + 4)\" width=\"\(width)\" height=\"14\" rx=\"2\"/>"
  }

  private static func label(_ text: String, x: Int, y: Int, style: String? = nil) -> String {
    "<text\(style.map { " class=\"\($0)\"" } ?? "") x=\"\(x)\" y=\"\(y)\">\(XMLText.escaped(text))</text>"
  }
}
