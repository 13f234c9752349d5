import ArgumentParser
import BootImage
import Diagnostics

/// `ll-bootimage explain`
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Says which line of which input a file or unit of a node came from, and why.",
    discussion: "Example: ll-bootimage explain --cluster cluster.yaml master-1 kubelet.service")

  @OptionGroup var cluster: ClusterOptions

  @Argument(help: ArgumentHelp("The node.", valueName: "NODE"))
  var node: String

  @Argument(
    help: ArgumentHelp("A path on the node, a unit or a quadlet; without it, everything there is.", valueName: "PATH"))
  var path: String?

  @Flag(help: "As with build --bootstrap.")
  var bootstrap = false

  @Flag(help: "Print what stands on the node, too.")
  var contents = false

  @Option(help: "How the result is printed: text or json.")
  var format: OutputFormat = .text

  func run() throws {
    let inputs = try cluster.load()
    let plan = try ClusterOptions.plan(
      try ClusterOptions.node(node, in: inputs), in: inputs, options: BuildOptions(bootstrap: bootstrap))
    guard let path else {
      for name in Explanation.names(in: plan) { Terminal.line(name) }
      return
    }
    let files = [inputs.cluster.marks.file] + inputs.images.values.map(\.marks.file)
    let texts = try Terminal.environment { () throws(FileError) in
      var texts: [String: [UInt8]] = [:]
      for file in files { texts[file] = try HostFile.read(file) }
      return texts
    }
    let found = Explanation.all(of: path, in: plan, inputs: inputs, texts: texts)
    if found.isEmpty {
      Terminal.error(
        "\(cluster.clusterFile): error: \(node) has no '\(path)'; without a path everything it has is listed")
      throw ExitStatus.input
    }
    for explanation in found {
      switch format {
      case .text: show(explanation)
      case .json: Terminal.output(json(explanation).compact + [UInt8(ascii: "\n")])
      }
    }
  }

  private func show(_ explanation: Explanation) {
    Terminal.line("\(node): \(explanation.path): \(explanation.kind)")
    Terminal.line("  \(explanation.reason)")
    for source in explanation.inputs {
      if let position = source.position {
        Terminal.line(
          "  \(source.file):\(position.line):\(position.column): \(source.path)\(source.line.map { "    \($0)" } ?? "")"
        )
      } else {
        Terminal.line("  \(source.file): \(source.path), not set: its default")
      }
    }
    if explanation.inputs.isEmpty { Terminal.line("  Every node of its role has it; no input changes it.") }
    if contents, let text = explanation.text { Terminal.output("\n\(text)") }
  }

  private func json(_ explanation: Explanation) -> JSONText {
    .object([
      .init("node", .string(node)), .init("path", .string(explanation.path)), .init("kind", .string(explanation.kind)),
      .init("reason", .string(explanation.reason)),
      .init(
        "inputs",
        .array(
          explanation.inputs.map { source in
            .object([
              .init("file", .string(source.file)), .init("path", .string(source.path.description)),
              .init("line", source.position.map { .integer($0.line) } ?? .null),
              .init("column", source.position.map { .integer($0.column) } ?? .null),
            ])
          })), .init("contents", contents ? explanation.text.map { .string($0) } ?? .null : .null),
    ])
  }
}
