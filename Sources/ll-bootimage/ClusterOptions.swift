import ArgumentParser
import BootImage
import Diagnostics

/// The options of every command that reads a cluster.
struct ClusterOptions: ParsableArguments {
  @Option(name: .customLong("cluster"), help: ArgumentHelp("The cluster file.", valueName: "FILE"))
  var clusterFile: String

  @Option(
    name: .customLong("images"),
    help: ArgumentHelp(
      "The folder with master/image.yaml and worker/image.yaml; by default 'images' beside the cluster file or one folder up.",
      valueName: "DIR"))
  var images: String?

  /// The inputs; with errors in them every finding is printed and the program ends with status 1. Warnings are printed.
  func load() throws(ExitStatus) -> BuildInputs {
    let (inputs, report) = try Terminal.environment { () throws(FileError) in
      try BuildInputs.load(cluster: clusterFile, images: images)
    }
    Terminal.show(report)
    guard let inputs else { throw .input }
    return inputs
  }

  /// The node called `name`; where there is none the program ends with status 1 and names those that there are.
  static func node(_ name: String, in inputs: BuildInputs) throws(ExitStatus) -> ClusterDefinition.Node {
    let nodes = inputs.cluster.definition.nodes
    if let node = nodes.first(where: { $0.name == name }) { return node }
    let known = nodes.prefix(10).map(\.name).joined(separator: ", ") + (nodes.count > 10 ? ", …" : "")
    let finding = Finding(
      .error, "no node '\(name)' in this cluster; it has \(known)", file: inputs.cluster.marks.file,
      position: inputs.cluster.marks[.root.appending("nodes")])
    Terminal.error(finding.description)
    throw .input
  }

  /// The plan of `node`.
  static func plan(
    _ node: ClusterDefinition.Node, in inputs: BuildInputs, options: BuildOptions = BuildOptions()
  ) throws(ExitStatus) -> NodePlan {
    guard let image = inputs.images[node.role]?.definition else { throw .input }
    return NodePlan(node, image: image, shared: ClusterPlan(inputs.cluster.definition, options: options))
  }
}
