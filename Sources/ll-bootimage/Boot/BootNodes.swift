import ArgumentParser
import BootChain
import BootImage
import BootLab
import Desk
import Diagnostics
import Ignition

/// Which node is booted, and how it is rendered.
struct BootNodes: ParsableArguments {
  @Option(help: ArgumentHelp("The node.", valueName: "NAME"))
  var node: String?

  @Option(name: .customLong("cluster"), help: ArgumentHelp("The cluster file.", valueName: "FILE"))
  var clusterFile: String?

  @Option(help: ArgumentHelp("The folder with the image definitions, as with build.", valueName: "DIR"))
  var images: String?

  @Option(help: ArgumentHelp("The desk's folder (default: the cluster file's).", valueName: "DIR"))
  var desk: String?

  @Option(help: ArgumentHelp("The folder with our own programs (ll-tpm, ll-node, ll-agent).", valueName: "DIR"))
  var artifacts: String?

  @Flag(help: "Give the first master the self-initialisation of a new cluster.")
  var bootstrap = false

  @Option(
    help: ArgumentHelp("A node that is up, under nspawn, before the node boots; may be repeated.", valueName: "NAME"))
  var beside: [String] = []

  @Option(help: ArgumentHelp("A ready Ignition config instead of a rendered one.", valueName: "NODE.ign"))
  var config: String?

  @Option(help: ArgumentHelp("The unit whose proof ends the boot.", valueName: "UNIT"))
  var lastProof: String = ChainUnit.ciliumReady

  /// A node before it is written anywhere.
  struct Node {
    var name: String
    var config: [UInt8]
    var chain: BootChain
    /// Its address with the length of the network's prefix; `nil` where only its config knows.
    var address: String?
  }

  /// What is to be booted.
  struct Rendered {
    var node: Node
    var beside: [Node] = []
    /// The address of the nodes' gateway, which the lab takes for itself.
    var gateway: String?
    var artifacts: String?
    /// The port of the cluster's mirror.
    var mirrorPort: Int?
  }

  func validate() throws {
    if (config == nil) == (clusterFile == nil) {
      throw ValidationError("either --node and --cluster say what to render, or --config names a ready config")
    }
    if config == nil, node == nil { throw ValidationError("--cluster needs --node") }
    if config != nil, !beside.isEmpty { throw ValidationError("--beside needs --cluster") }
    if let node, beside.contains(node) { throw ValidationError("the node cannot be beside itself") }
    if config == "-" { throw ValidationError("--config names a file") }
  }

  /// The nodes; with errors every finding is printed and the program ends with status 1.
  func rendered() throws(ExitStatus) -> Rendered {
    if let config { return try taken(config) }
    guard let clusterFile, let name = node else { throw .usage }
    let (loaded, report) = try Terminal.environment { () throws(FileError) in
      try BuildInputs.load(cluster: clusterFile, images: images)
    }
    Terminal.show(report)
    guard let inputs = loaded else { throw .input }
    let cluster = inputs.cluster.definition
    let options = try options(cluster, clusterFile)
    var nodes: [Node] = []
    for name in [name] + beside { nodes.append(try render(name, inputs, options)) }
    let network = cluster.network
    return Rendered(
      node: nodes.removeFirst(), beside: nodes, gateway: "\(network.gateway)/\(network.cidr.prefixLength)",
      artifacts: artifacts, mirrorPort: cluster.mirror.flatMap(Self.port))
  }

  /// The port in an address such as `http://192.0.2.1:8080/lab`; `nil` where it has none.
  private static func port(_ address: String) -> Int? {
    let host = address.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first
    return host?.split(separator: ":").dropFirst().last.flatMap { Int($0) }
  }

  private func options(_ cluster: ClusterDefinition, _ clusterFile: String) throws(ExitStatus) -> BuildOptions {
    var place = DeskPlace()
    place.clusterFile = clusterFile
    place.desk = desk
    try place.check()
    let folder = place.folder
    let hasDesk = desk != nil
    let supplies = try Failure.handled { () throws(DeskError) in
      hasDesk
        ? try DeskFolder.supplies(DeskPaths(folder: folder), cluster: cluster, bootstrap: bootstrap, at: Failure.now)
        : try LabDesk.supplies(beside: folder, cluster: cluster, bootstrap: bootstrap, at: Failure.now)
    }
    let programs = try Terminal.environment { () throws(FileError) in
      try artifacts.map { folder throws(FileError) in try ArtifactFolder.read(folder) } ?? []
    }
    return BuildOptions(bootstrap: bootstrap, programs: programs, desk: supplies)
  }

  private func render(
    _ name: String, _ inputs: BuildInputs, _ options: BuildOptions
  ) throws(ExitStatus) -> Node {
    let node = try ClusterOptions.node(name, in: inputs)
    let plan = try ClusterOptions.plan(node, in: inputs, options: options)
    var quadlets = SoundQuadlets()
    var report = Report()
    // What Debian's Ignition reads.
    let build = NodeBuild(plan, spec: .v33, quadlets: &quadlets, report: &report)
    Terminal.show(report)
    guard let config = build.config, !report.hasErrors else { throw .input }
    let prefix = inputs.cluster.definition.network.cidr.prefixLength
    return Node(name: name, config: config, chain: plan.chain, address: "\(node.address)/\(prefix)")
  }

  private func taken(_ file: String) throws(ExitStatus) -> Rendered {
    let bytes = try Terminal.environment { () throws(FileError) in try HostFile.read(file) }
    let result = IgnitionConfig.parse(bytes)
    Terminal.show(result, bytes, file)
    guard let config = result.config else { throw .input }
    let last = file.split(separator: "/").last.map(String.init) ?? file
    let name = node ?? (last.hasSuffix(".ign") ? String(last.dropLast(4)) : last)
    return Rendered(node: Node(name: name, config: bytes, chain: BootChain(BootChain.Shape(of: config)), address: nil))
  }
}
