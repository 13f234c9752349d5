import Diagnostics
import FoundationEssentials
import NodeBoot

/// Prints what a gate waits for: what is missing on stderr and readiness on stdout, or everything as JSON on stdout.
struct GatePrinter {
  let gate: String
  let format: GateOptions.Format

  func tell(_ event: ReadinessWatch.Event) {
    switch (format, event) {
    case (.json, .missing(let statuses, let waited)), (.json, .stillMissing(let statuses, let waited)),
      (.json, .ready(let statuses, let waited)):
      printJSON(statuses, waited)
    case (.text, .ready(let statuses, let waited)):
      Output.standard.line("\(gate): ready: \(statuses.count) of \(statuses.count)\(after(waited))")
    case (.text, .missing(let statuses, let waited)):
      Output.error.line(summary(statuses, waited))
      for finding in statuses.flatMap(\.findings) { Output.error.line(finding.description) }
    case (.text, .stillMissing(let statuses, let waited)):
      Output.error.line(summary(statuses, waited))
    }
  }

  private func summary(_ statuses: [ReadinessStatus], _ waited: Duration) -> String {
    let missing = statuses.filter { !$0.isReady }
    let names = missing.map(\.name).joined(separator: ", ")
    return "\(gate): waiting for \(missing.count) of \(statuses.count)\(after(waited)): \(names)"
  }

  private func after(_ waited: Duration) -> String {
    waited.components.seconds > 0 ? " after \(waited.components.seconds) s" : ""
  }

  private struct Line: Encodable {
    struct Item: Encodable {
      var name: String
      var path: String
      var ready: Bool
      var findings: [String]
    }

    var gate: String
    var ready: Bool
    var waited: Int64
    var items: [Item]
  }

  private func printJSON(_ statuses: [ReadinessStatus], _ waited: Duration) {
    let items = statuses.map {
      Line.Item(name: $0.name, path: $0.path, ready: $0.isReady, findings: $0.findings.map(\.description))
    }
    let line = Line(
      gate: gate, ready: statuses.allSatisfy(\.isReady), waited: waited.components.seconds, items: items)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      Output.standard.line(String(decoding: try encoder.encode(line), as: UTF8.self))
    } catch {
      Output.error.line("\(gate): \(error)")
    }
  }
}
