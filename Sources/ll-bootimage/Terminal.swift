import BootImage
import Diagnostics
import Glibc
import Ignition
import Synchronization

/// What is printed, and to which stream: results to standard output, everything about them to standard error.
///
/// A message that cannot be printed changes nothing. A result that cannot be printed is lost, and the program ends with status 3, unless its
/// reader just went away (`| head`).
enum Terminal {
  private static let outputFailure = Mutex<Int32>(0)

  /// What `errno` said when a result could not be printed; 0 where all could.
  static var lostOutput: Int32 { outputFailure.withLock { $0 } }

  /// Prints `text` to standard error, with a newline where it has none.
  static func error(_ text: String) {
    _ = write(Array((text.hasSuffix("\n") ? text : text + "\n").utf8), to: STDERR_FILENO)
  }

  /// Prints bytes to standard output as they are.
  static func output(_ bytes: [UInt8]) {
    outputFailure.withLock { failure in
      if failure == 0 { failure = write(bytes, to: STDOUT_FILENO) }
    }
  }

  /// Prints `text` to standard output as it is.
  static func output(_ text: String) { output(Array(text.utf8)) }

  /// Prints `text` to standard output as a line.
  static func line(_ text: String) { output(text + "\n") }

  /// Prints every finding of `report`, one a line.
  static func show(_ report: Report) { for finding in report.sorted { error(finding.description) } }

  /// Prints every finding of an Ignition config, the line it is about with a caret under it.
  static func show(_ result: ParseResult, _ bytes: [UInt8], _ file: String) {
    var report = Report()
    report.add(contentsOf: result.report, in: file)
    let text = report.isEmpty ? nil : SourceText(bytes)
    for finding in report.sorted {
      let path = finding.path.map { $0 == .root ? "" : " (\($0))" } ?? ""
      error("\(finding)\(path)")
      if let excerpt = finding.position.flatMap({ text?.excerpt(at: $0) }) { error(excerpt) }
    }
  }

  /// Runs `body`; a file that the system refuses ends the program with status 3.
  static func environment<Result>(_ body: () throws(FileError) -> Result) throws(ExitStatus) -> Result {
    do {
      return try body()
    } catch {
      Terminal.error("ll-bootimage: \(error)")
      throw .environment
    }
  }

  /// Whether standard error is a terminal, where a line may be drawn again.
  static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

  /// Draws the current line of the terminal again.
  static func draw(_ text: String) { _ = write(Array("\r\u{1B}[K\(text)".utf8), to: STDERR_FILENO) }

  /// Writes everything; the system's error number where it cannot, else 0.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      rest = rest.dropFirst(count)
    }
    return 0
  }
}
