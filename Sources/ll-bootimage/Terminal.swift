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

  /// Prints lent bytes to standard output, such as a secret's that are for the person in front of it.
  static func write(_ bytes: UnsafeRawBufferPointer) {
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

  /// Reads until the end of a line; `false` where there is no more to read.
  static func waitForEnter() -> Bool {
    var byte: UInt8 = 0
    while true {
      let count = Glibc.read(STDIN_FILENO, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else { return false }
      if byte == UInt8(ascii: "\n") { return true }
    }
  }

  /// Draws the current line of the terminal again.
  static func draw(_ text: String) { _ = write(Array("\r\u{1B}[K\(text)".utf8), to: STDERR_FILENO) }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    bytes.withUnsafeBytes { write($0, to: descriptor) }
  }

  /// Writes everything; the system's error number where it cannot, else 0.
  private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    var offset = 0
    while offset < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      offset += count
    }
    return 0
  }
}
