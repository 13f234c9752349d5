import ArgumentParser
import BootChain
import BootImage
import Diagnostics

/// `ll-bootimage graph`
struct Graph: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Shows the boot chain of a node: what waits for what, and what proves each stage ready.")

  @OptionGroup var cluster: ClusterOptions

  @Option(help: ArgumentHelp("Whose chain; by default the first master's and the first worker's.", valueName: "NAME"))
  var node: String?

  @Flag(help: "As with build --bootstrap: the first master has the gate of the self-initialisation.")
  var bootstrap = false

  @Option(help: "text, a tree; json, for each unit what it waits for, wants and proves.")
  var format: OutputFormat = .text

  @Option(help: ArgumentHelp("Write the chain as a Mermaid flowchart too; needs --node.", valueName: "FILE"))
  var mermaid: String?

  @Option(help: ArgumentHelp("Write the chain as a picture too; needs --node.", valueName: "FILE"))
  var svg: String?

  func validate() throws {
    if node == nil, mermaid != nil || svg != nil { throw ValidationError("--mermaid and --svg need --node") }
    if [mermaid, svg].contains("-") { throw ValidationError("--mermaid and --svg write files, not standard output") }
    if let mermaid, mermaid == svg { throw ValidationError("--mermaid and --svg name the same file") }
  }

  func run() throws {
    let inputs = try cluster.load()
    let nodes = inputs.cluster.definition.nodes
    let chosen: [ClusterDefinition.Node]
    if let node {
      chosen = [try ClusterOptions.node(node, in: inputs)]
    } else {
      chosen = NodeRole.allCases.compactMap { role in nodes.first { $0.role == role } }
    }
    for node in chosen {
      let chain = try ClusterOptions.plan(node, in: inputs, options: BuildOptions(bootstrap: bootstrap)).chain
      switch format {
      case .text: Terminal.output("\(node.name) (\(node.role.rawValue))\n\(ChainTree(chain).text)\n")
      case .json: Terminal.output(json(chain, node).compact + [UInt8(ascii: "\n")])
      }
      try Terminal.environment { () throws(FileError) in
        if let mermaid { try HostFile.replace(mermaid, with: Array(chain.mermaid.utf8)) }
        if let svg { try HostFile.replace(svg, with: Array(ChainSVG(chain).text.utf8)) }
      }
    }
  }

  private func json(_ chain: BootChain, _ node: ClusterDefinition.Node) -> JSONText {
    let direct = Dictionary(uniqueKeysWithValues: chain.directOrder.map { ($0.unit, $0.after) })
    return .object([
      .init("node", .string(node.name)), .init("role", .string(node.role.rawValue)),
      .init(
        "stages",
        .array(
          chain.stages.map { stage in
            .object([
              .init("unit", .string(stage.unit)), .init("summary", .string(stage.summary)),
              .init("after", .array(stage.after.map { .string($0) })),
              .init("directlyAfter", .array((direct[stage.unit] ?? []).map { .string($0) })),
              .init("wants", .array(stage.wants.map { .string($0) })), .init("proof", .string(stage.proof)),
              .init("start", .string("\(stage.start)")),
            ])
          })),
    ])
  }
}
