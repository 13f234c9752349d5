import Fuzzing
import NodeMetrics

@testable import Kubelet

/// The answers that have a parser. scripts/fuzz numbers its seeds in this order.
enum AnswerCheck: CaseIterable {
  case health, pods, summary, resources

  /// What was read must be fit to be shown, and so must the reason where it was refused.
  func check(_ bytes: [UInt8]) {
    do throws(KubeletError) {
      switch self {
      case .health:
        let text = String(decoding: bytes, as: UTF8.self)
        let said = [true, false].map { KubeletHealth(parsing: text, isOK: $0) }
        expect(said[0]?.checks == said[1]?.checks, "the status changes what is read")
        for case let health? in said { show(health) }
      case .pods:
        let phases = try PodPhases(decoding: bytes)
        expect(phases.byName.reduce(0) { $0 + $1.count } == phases.total, "a pod without a phase of its own")
        expect(phases.byName.allSatisfy { $0.count >= 0 }, "fewer pods than none")
      case .summary:
        let summary = try StatsSummary(decoding: bytes)
        expect(summary.pods >= 0 && summary.containers >= 0, "fewer than none")
      case .resources:
        let metrics = try ResourceMetrics(parsing: bytes)
        let named = [metrics.cpuUsageSeconds, metrics.workingSetBytes, metrics.swapUsageBytes].compactMap { $0 }
        expect(metrics.samples >= Set(named).count, "numbers that no line has")
      }
    } catch {
      Self.checkLine(error.description)
    }
  }

  private func show(_ health: KubeletHealth) {
    for check in health.checks { Self.checkLine(check.name + check.reason) }
    var snapshot = NodeSnapshot()
    snapshot.kubelet = .measured(
      KubeletReading(
        isHealthy: health.isHealthy, checks: health.checks.map { .init(name: $0.name, isHealthy: $0.isPassed) }), at: 1)
    let text = Exposition.prometheus(snapshot)
    expect(text.last == UInt8(ascii: "\n"), "the text ends in the middle of a line")
    expect(String(validating: text, as: UTF8.self) != nil, "the text is not UTF-8")
    expect(Exposition.openMetrics(snapshot).suffix(6).elementsEqual("# EOF\n".utf8), "OpenMetrics without its end")
    expect(String(validating: Exposition.json(snapshot), as: UTF8.self) != nil, "JSON that is not UTF-8")
  }

  /// A line for a person: it ends nowhere in the middle, and steers no terminal.
  private static func checkLine(_ words: String) {
    expect(
      words.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control },
      "a control character in \(words.debugDescription)")
    expect(!words.contains(where: \.isNewline), "two lines: \(words.debugDescription)")
    expect(words.utf8.count < 4096, "\(words.utf8.count) bytes of words")
  }
}
