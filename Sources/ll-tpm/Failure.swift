import Console
import Diagnostics
import SealedObject
import TPMUnseal

/// How a failure ends the program.
enum Failure {
  /// Prints the error and what to do about it; the exit code for it.
  static func said(_ error: UnsealError, of subject: String = "ll-tpm") -> Exit {
    Output.error.line("\(subject): error: \(error)")
    if let advice = error.advice { Output.error.line("  \(advice)") }
    switch error {
    case .sealed, .authorizationValue, .notImported, .release(.noEntry): return .inputIsWrong
    default: return .environment
    }
  }

  /// The same for a format's refusal.
  static func said(_ error: SealedObjectError, of subject: String) -> Exit {
    Output.error.line("\(subject): error: \(error)")
    return .inputIsWrong
  }

  /// Runs `body`; its error is printed and ends the program.
  static func handled<Result>(
    of subject: String = "ll-tpm", _ body: () throws(UnsealError) -> Result
  ) throws(Exit) -> Result {
    do { return try body() } catch { throw said(error, of: subject) }
  }

  /// The same for files.
  static func onDisk<Result>(_ body: () throws(ReleaseError) -> Result) throws(Exit) -> Result {
    do { return try body() } catch { throw said(.release(error)) }
  }

  /// Prints every finding.
  static func show(_ report: Report) { for finding in report.sorted { Output.error.line(finding.description) } }
}
