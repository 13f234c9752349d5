import BaseEncodings
import HardwareIdentity

/// A fingerprint for people: a table of the facts, and in words what they come to.
struct FingerprintText {
  private let machine: HardwareFacts
  private let comparison: FingerprintComparison?

  init(_ machine: HardwareFacts, comparison: FingerprintComparison? = nil) {
    self.machine = machine
    self.comparison = comparison
  }

  /// The lines. What firmware says is not ours: none of it steers a terminal.
  var lines: [String] { (table + [""] + words).map { StyledLine($0).text } }

  private var table: [String] {
    var rows = [["FACT", "WEIGHT", "VALUE", "HYPERVISOR"] + (comparison == nil ? [] : ["SINCE THEN"]) + ["SOURCE"]]
    for fact in machine.facts {
      let change = comparison?.changes.first { $0.name == fact.name }?.change
      rows.append(
        [
          fact.name.rawValue, "\(fact.name.weight)", fact.value.map { Self.value($0, of: fact.name) } ?? "absent",
          fact.isHypervisorControlled ? "controls it" : "no",
        ] + (change.map { [Self.words($0)] } ?? []) + [fact.absence?.description ?? Self.sources(fact)])
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(row.dropLast(), widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }
      return (cells + [row.last ?? ""]).joined(separator: "  ")
    }
  }

  private var words: [String] {
    let known = machine.facts.count { $0.value != nil }
    var hypervisor = "No hypervisor was found."
    if let found = machine.hypervisor {
      hypervisor =
        "A hypervisor (\(found.name), by \(found.source)) decides what every fact says: it can make another machine "
        + "like this one."
    }
    let amount =
      "\(known) of \(machine.facts.count) facts, weight \(machine.weight) of \(FactName.total): "
      + (machine.isEnough
        ? "enough to tell this machine from others."
        : "not enough to tell this machine from others, which takes \(FactName.enough).")
    return ["fingerprint  \(Hexadecimal.text(machine.fingerprint))", amount, hypervisor] + (verdict.map { [$0] } ?? [])
  }

  private var verdict: String? {
    guard let comparison else { return nil }
    let weights = "weight \(comparison.same) the same, \(comparison.different) different"
    return switch comparison.verdict {
    case .sameMachine: "The same machine: \(weights)."
    case .changed(let names):
      "The same machine, with \(names.map(\.rawValue).joined(separator: ", ")) changed: \(weights)."
    case .anotherMachine: "Another machine: \(weights)."
    case .notEnough: "Not enough to tell: \(weights), and it takes \(FactName.enough)."
    }
  }

  private static func words(_ change: FingerprintComparison.Change) -> String {
    guard case .partly(let common, let before, let now) = change else { return change.word }
    return "\(common) the same, \(before) then, \(now) now"
  }

  // A key is no text; of several values the first stands for all.
  private static func value(_ value: FactValue, of name: FactName) -> String {
    if name == .tpmEndorsementKey { return "sha256 " + Hexadecimal.text(value.digest.prefix(8)) + "…" }
    let first = String(decoding: value.parts[0], as: UTF8.self)
    let text = first.count > 36 ? first.prefix(35) + "…" : first
    return value.parts.count > 1 ? "\(text) and \(value.parts.count - 1) more" : text
  }

  private static func sources(_ fact: HardwareFact) -> String { fact.value?.sources.joined(separator: ", ") ?? "" }
}
