public import BootImage
public import Diagnostics

/// Why something on the desk was not done. Nothing in it is secret.
public enum DeskError: Error, Sendable {
  /// A file or folder failed.
  case file(FileError)
  /// What was given is wrong; the text says what and what to do.
  case refused(String)
  /// What was given is wrong in several places.
  case findings(Report)
  /// The machine failed: memory that cannot be locked, an algorithm that is missing.
  case environment(String)

  /// Runs `body`, whose file errors become errors of the desk.
  static func onDisk<Result>(_ body: () throws(FileError) -> Result) throws(DeskError) -> Result {
    do { return try body() } catch { throw .file(error) }
  }

  /// Runs `body`; whatever it throws is something wrong with `what`.
  static func refusing<Result, Failure: Error>(
    _ what: String, _ body: () throws(Failure) -> Result
  ) throws(DeskError) -> Result {
    do { return try body() } catch { throw .refused("\(what): \(error)") }
  }

  /// Runs `body`, which can fail only because the machine does.
  static func onMachine<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(DeskError) -> Result {
    do { return try body() } catch { throw .environment("\(error)") }
  }
}

extension DeskError: CustomStringConvertible {
  /// What went wrong.
  public var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .refused(let text), .environment(let text): text
    case .findings(let report): report.sorted.map(\.description).joined(separator: "\n")
    }
  }
}
