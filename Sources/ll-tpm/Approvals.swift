import BootApproval
import Console
import Diagnostics
import MeasuredBoot
import SealedObject
import TPMUnseal

/// Approvals from files.
enum Approvals {
  /// Approves the boots of `identity`, and prints what the staged one changes.
  static func made(
    _ identity: TPMIdentity, _ policy: SealingPolicy, _ context: PolicyContext, _ key: ReleaseKey.Private,
    label: String, substitutions path: String?
  ) throws(Exit) -> Approving.Result {
    let (list, files) = try path.map { (path) throws(Exit) in try substitutions(path) } ?? (SubstitutionList(), [:])
    let result: Approving.Result
    do throws(Approving.Failure) {
      result = try Approving.approve(
        identity, policy: policy, context: context, key: key, label: label, substitutions: list, files: files)
    } catch {
      if case .prediction(.substitutions(let report)) = error {
        var located = Report()
        located.add(contentsOf: report, in: path ?? "")
        Failure.show(located)
      } else {
        Output.error.line("ll-tpm: error: \(error)")
      }
      throw .inputIsWrong
    }
    for change in result.difference.changes { Output.error.line("staged: \(change)") }
    return result
  }

  private static func substitutions(_ path: String) throws(Exit) -> (SubstitutionList, [String: [UInt8]]) {
    let bytes = try Failure.onDisk { () throws(ReleaseError) in try PlainFile.read(path, limit: 1 << 20) }
    var report = Report()
    let list = SubstitutionList(parsing: bytes, report: &report)
    var located = Report()
    located.add(contentsOf: report, in: path)
    Failure.show(located)
    if report.hasErrors { throw .inputIsWrong }
    var files: [String: [UInt8]] = [:]
    for file in list.paths {
      files[file] = try Failure.onDisk { () throws(ReleaseError) in try PlainFile.read(file, limit: 1 << 30) }
    }
    return (list, files)
  }
}
