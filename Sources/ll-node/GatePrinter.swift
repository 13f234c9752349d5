import Console
import Diagnostics
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

  private func printJSON(_ statuses: [ReadinessStatus], _ waited: Duration) {
    let items = statuses.map { status in
      JSONText.object([
        .init("findings", .array(status.findings.map { .string($0.description) })), .init("name", .string(status.name)),
        .init("path", .string(status.path)), .init("ready", .boolean(status.isReady)),
      ])
    }
    let line = JSONText.object([
      .init("gate", .string(gate)), .init("items", .array(items)),
      .init("ready", .boolean(statuses.allSatisfy(\.isReady))),
      .init("waited", .integer(Int(waited.components.seconds))),
    ])
    Output.standard.line(String(decoding: line.compact, as: UTF8.self))
  }
}
