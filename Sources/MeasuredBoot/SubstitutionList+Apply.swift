public import Diagnostics
public import TPMStructures

extension SubstitutionList {
  /// The log of the staged OS's boot: `log` with every substitution made, its digests those of `bank` alone. All select among the
  /// events of `log`, so their order matters only to insertions at one place. `files` are the bytes of ``paths``. What does not
  /// fit is added to `report`; then the result is of no use.
  public func applied(
    to log: EventLog, bank: HashAlgorithm, files: [String: [UInt8]], report: inout Report
  ) -> EventLog {
    var staging = SubstitutionStaging(log: log, bank: bank, files: files)
    for substitution in substitutions { staging.apply(substitution) }
    report.add(contentsOf: staging.report)
    return staging.staged
  }
}
