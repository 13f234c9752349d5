public import Diagnostics
import SystemdUnit
import TPMStructures

/// A file of substitutions in systemd's syntax: `[Substitution]`, `[Removal]` and `[Insertion]` sections, one for each.
///
/// Each selects events of the running log by `PCR=` and any of `Type=`, `Match=` (a part of the event's text) and `Measured=`
/// (a file or PE image that it measured); exactly one must fit, or with `Every=yes` at least one. What is measured instead is one of `Digest=`
/// (`sha256:HEX`, once for each bank), `File=`, `Image=`, `Text=` and `Variable=`. In `Match=` and `Text=`, `\n`, `\t`, `\s` and
/// `\\` are a newline, a tab, a space and a backslash. An insertion says `Before=yes` where it does not follow what it selects.
public struct SubstitutionList: Sendable, Hashable {
  /// The substitutions in the order of the file.
  public var substitutions: [Substitution]

  /// A list made in code.
  public init(_ substitutions: [Substitution] = []) { self.substitutions = substitutions }

  /// The list that a file states. What cannot be read is added to `report` with its line and column, and left out.
  public init(parsing bytes: [UInt8], report: inout Report) {
    substitutions = []
    let file = UnitFile(parsing: bytes, report: &report)
    for section in file.sections {
      if section.name.isEmpty { continue }
      guard ["Substitution", "Removal", "Insertion"].contains(section.name) else {
        report.error("unknown section [\(section.name)]", position: section.position)
        continue
      }
      var reader = SubstitutionReader(section)
      if let substitution = reader.substitution() { substitutions.append(substitution) }
      report.add(contentsOf: reader.report)
    }
  }

  /// The files that must be handed in, each once, in the order of their first use.
  public var paths: [String] {
    var seen = Set<String>()
    return substitutions.flatMap(\.paths).filter { seen.insert($0).inserted }
  }
}
