import BootImage
import Diagnostics
import Glibc

/// What is printed, and to which stream: results to standard output, everything about them to standard error.
enum Terminal {
  /// Prints `text` to standard error, with a newline where it has none.
  static func error(_ text: String) {
    write(Array((text.hasSuffix("\n") ? text : text + "\n").utf8), to: STDERR_FILENO)
  }

  /// Prints bytes to standard output as they are. A reader that went away ends the program quietly, as it would `cat`.
  static func output(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

  /// Prints `text` to standard output as it is.
  static func output(_ text: String) { output(Array(text.utf8)) }

  /// Prints every finding of `report`, one a line.
  static func show(_ report: Report) { for finding in report.sorted { error(finding.description) } }

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
  static func draw(_ text: String) { write(Array("\r\u{1B}[K\(text)".utf8), to: STDERR_FILENO) }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        exit(errno == EPIPE ? ExitStatus.done.rawValue : ExitStatus.environment.rawValue)
      }
      rest = rest.dropFirst(count)
    }
  }
}
