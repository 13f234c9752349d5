import ArgumentParser
import BootImage
import Diagnostics
import Quadlet

/// `ll-bootimage quadlet`
struct ConvertQuadlets: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quadlet",
    abstract: "Prints the services that podman's generator would make of a folder of quadlets, without podman.",
    discussion: """
      Exit status 1 where the generator would refuse a unit, or the chosen podman does not know a kind or key; the others are converted all the \
      same. As JSON one object: services (name to text) and report (kind, message, file, line, column).
      """)

  @Argument(help: ArgumentHelp("The folder, with its drop-in folders.", valueName: "DIR"))
  var folder: String

  @Option(
    help: ArgumentHelp("The podman release of the image, 5.8.2 by default.", valueName: "VERSION"),
    transform: { text in
      guard let version = PodmanVersion(text) else {
        throw ValidationError("'\(text)' is no podman release such as 5.8.2")
      }
      return version
    })
  var podman = PodmanVersion.reference

  @Flag(help: "Convert for a user's systemd, not for the system's.")
  var user = false

  @Option(
    help: ArgumentHelp(
      "The folder on the host, which relative paths start from; by default /etc/containers/systemd, with --user /etc/containers/systemd/users.",
      valueName: "PATH"))
  var unitDir: String?

  @Option(help: "How the result is printed: text or json.")
  var format: OutputFormat = .text

  func validate() throws {
    if let unitDir, !unitDir.hasPrefix("/") { throw ValidationError("--unit-dir takes an absolute path") }
  }

  func run() throws {
    let mode = user ? GeneratorMode.user : .system
    let directory = try Terminal.environment { () throws(FileError) in
      try QuadletDirectory(reading: folder, mode: mode)
    }
    let systemFolder = QuadletGenerator.systemFolder
    let conversion = QuadletGenerator(
      files: directory.files, mode: mode, podman: podman,
      folder: unitDir ?? (user ? systemFolder + "/users" : systemFolder)
    ).convert()
    let report = located(conversion.report)
    switch format {
    case .text:
      Terminal.show(report)
      // As the generator's own -dryrun has it, so that the two can be compared.
      var text: [UInt8] = []
      for service in conversion.produced {
        text += "---\(service.name)---\n".utf8
        text += service.text.utf8
        text.append(UInt8(ascii: "\n"))
      }
      Terminal.output(text)
      if !directory.holdsUnits {
        Terminal.error("\(folder): warning: no quadlets here")
      }
    case .json: Terminal.output(json(conversion, report).compact + [UInt8(ascii: "\n")])
    }
    if report.hasErrors { throw ExitStatus.input }
  }

  /// `report` with paths that can be opened from here.
  private func located(_ report: Report) -> Report {
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    var result = Report()
    for var finding in report.findings {
      finding.file = finding.file.map { prefix + $0 } ?? folder
      result.add(finding)
    }
    return result
  }

  private func json(_ conversion: Conversion, _ report: Report) -> JSONText {
    let services = conversion.services.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return .object([
      .init("services", .object(services.map { .init($0.key, .string($0.value)) })),
      .init(
        "report",
        .array(
          report.sorted.map { finding in
            .object([
              .init("kind", .string(finding.severity.rawValue)), .init("message", .string(finding.message)),
              .init("file", .string(finding.file ?? "")),
              .init("line", finding.position.map { .integer($0.line) } ?? .null),
              .init("column", finding.position.map { .integer($0.column) } ?? .null),
            ])
          })),
    ])
  }
}
