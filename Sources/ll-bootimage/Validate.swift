import ArgumentParser
import BootImage
import Diagnostics
import Ignition

/// `ll-bootimage validate`
struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Checks Ignition configs of spec 3.0.0 to 3.6.0 as Ignition itself would.",
    discussion: """
      Exit status 1 where any of them would not be accepted. As JSON one object per input, one per line: file, accepted, report (kind, message, \
      path, line, column) and error, the reason of a text that Ignition refuses before it makes a report.
      """)

  @Argument(help: ArgumentHelp("Ignition configs; - is standard input.", valueName: "FILE"))
  var files: [String]

  @Option(help: "How the result is printed: text or json.")
  var format: OutputFormat = .text

  func validate() throws {
    if files.isEmpty { throw ValidationError("name at least one FILE, or - for standard input") }
    if files.filter({ $0 == "-" }).count > 1 { throw ValidationError("standard input can be read once only") }
  }

  func run() throws {
    var status = ExitStatus.done
    for file in files {
      let bytes: [UInt8]
      do throws(FileError) {
        bytes = try HostFile.read(file)
      } catch {
        status = .environment
        Terminal.error("ll-bootimage: \(error)")
        if format == .json { Terminal.output(refusal(error, file).compact + [UInt8(ascii: "\n")]) }
        continue
      }
      let result = IgnitionConfig.parse(bytes)
      if result.config == nil, status == .done { status = .input }
      switch format {
      case .json: Terminal.output(json(result, file).compact + [UInt8(ascii: "\n")])
      case .text:
        let name = file == "-" ? "<stdin>" : file
        Terminal.show(result, bytes, name)
        if result.config != nil, let spec = result.spec { Terminal.line("\(name): accepted, spec \(spec)") }
      }
    }
    if status != .done { throw status }
  }

  private func refusal(_ error: FileError, _ file: String) -> JSONText {
    .object([
      .init("file", .string(file)), .init("accepted", .boolean(false)), .init("error", .string("\(error)")),
      .init("report", .array([])),
    ])
  }

  private func json(_ result: ParseResult, _ file: String) -> JSONText {
    let entries = result.report.sorted
    return .object([
      .init("file", .string(file)), .init("accepted", .boolean(result.config != nil)),
      .init("error", .string(entries.first { $0.path == nil }?.message ?? "")),
      .init(
        "report",
        .array(
          entries.compactMap { finding in
            guard let path = finding.path else { return nil }
            return .object([
              .init("kind", .string(finding.severity.rawValue)), .init("message", .string(finding.message)),
              .init("path", .string(path.description)),
              .init("line", finding.position.map { .integer($0.line) } ?? .null),
              .init("column", finding.position.map { .integer($0.column) } ?? .null),
            ])
          })),
    ])
  }
}
