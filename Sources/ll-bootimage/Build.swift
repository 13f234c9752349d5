import ArgumentParser
import BootImage
import Desk
import Diagnostics
import Ignition

/// `ll-bootimage build`
struct Build: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build",
    abstract: "Renders one Ignition config per node, and a manifest with the hash of every file and unit.",
    discussion: "Outputs appear whole or not at all; with errors the folder stays as it was.")

  @OptionGroup var cluster: ClusterOptions

  @Option(help: ArgumentHelp("The folder for NODE.ign and manifest.json.", valueName: "DIR"))
  var out: String

  @Option(
    help: ArgumentHelp("The Ignition spec, 3.3.0 to 3.6.0 (default: 3.5.0).", valueName: "VERSION"),
    transform: Self.spec)
  var spec: SpecVersion = .v35

  @Option(help: ArgumentHelp("Build this node only; the others' configs stay.", valueName: "NAME"))
  var node: String?

  @Flag(help: "Give the first master the self-initialisation of a new cluster.")
  var bootstrap = false

  @Option(
    help: ArgumentHelp("The folder with our own programs (ll-tpm, ll-node, ll-agent) for the nodes.", valueName: "DIR"))
  var artifacts: String?

  @Option(help: ArgumentHelp("The desk's folder (default: the cluster file's).", valueName: "DIR"))
  var desk: String?

  @Flag(help: "INSECURE: throw-away secrets in plain text in every config, for a lab without TPMs.")
  var lab = false

  @Option(help: "How the result is printed: text or json.")
  var format: OutputFormat = .text

  private static func spec(_ text: String) throws -> SpecVersion {
    guard let spec = SpecVersion(rawValue: text), spec >= .v33 else {
      let known = SpecVersion.allCases.filter { $0 >= .v33 }.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("no spec '\(text)' to build for, only \(known)")
    }
    return spec
  }

  func validate() throws {
    if out.isEmpty { throw ValidationError("--out must not be empty") }
  }

  func run() throws {
    let inputs = try cluster.load()
    if let node { _ = try ClusterOptions.node(node, in: inputs) }
    let supplies = try supplies(inputs.cluster.definition)
    let options = try Terminal.environment { () throws(FileError) in
      BuildOptions(
        bootstrap: bootstrap,
        programs: try artifacts.map { folder throws(FileError) in try ArtifactFolder.read(folder) } ?? [],
        desk: supplies)
    }
    var report = Report()
    let command = BuildCommand(inputs: inputs, options: options, spec: spec, onlyNode: node)
    let summary = try Terminal.environment { () throws(FileError) in try command.run(into: out, report: &report) }
    let place = inputs.cluster.marks[.root.appending("nodes")]
    for warning in summary.warnings { report.warning(warning, file: cluster.clusterFile, position: place) }
    Terminal.show(report)
    if report.hasErrors { throw ExitStatus.input }
    switch format {
    case .json: Terminal.output(json(summary, report).compact + [UInt8(ascii: "\n")])
    case .text:
      for node in summary.nodes {
        Terminal.line(
          "\(out)/\(node.name).ign  \(node.role.rawValue), \(node.files) files, \(node.units) units, \(node.size) bytes\(summary.isLab ? ", INSECURE LAB" : "")"
        )
      }
      Terminal.line("\(out)/\(OutputFolder.manifest)  spec \(spec)\(bootstrap ? ", with the self-initialisation" : "")")
    }
  }

  private func supplies(_ cluster: ClusterDefinition) throws(ExitStatus) -> DeskSupplies {
    var place = DeskPlace()
    place.clusterFile = self.cluster.clusterFile
    place.desk = desk
    try place.check()
    let folder = place.folder
    return try Failure.handled { () throws(DeskError) in
      lab
        ? try LabDesk.supplies(beside: folder, cluster: cluster, bootstrap: bootstrap, at: Failure.now)
        : try DeskFolder.supplies(DeskPaths(folder: folder), cluster: cluster, bootstrap: bootstrap, at: Failure.now)
    }
  }

  private func json(_ summary: BuildCommand.Summary, _ report: Report) -> JSONText {
    .object([
      .init("out", .string(out)), .init("spec", .string(spec.rawValue)), .init("bootstrap", .boolean(bootstrap)),
      .init("insecureLab", .boolean(summary.isLab)),
      .init(
        "nodes",
        .array(
          summary.nodes.map {
            .object([
              .init("name", .string($0.name)), .init("role", .string($0.role.rawValue)),
              .init("config", .string("\(out)/\($0.name).ign")), .init("size", .integer($0.size)),
            ])
          })),
      .init("missingSealed", .array(summary.missingSealed.map { .string($0) })),
      .init("missingAnchors", .array(summary.missingAnchors.sorted().map { .string($0) })),
      .init("missingPrograms", .array(summary.missingPrograms.sorted().map { .string($0) })),
    ])
  }
}

/// How a result is printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  /// For a person.
  case text
  /// For a program: one object a line.
  case json
}
