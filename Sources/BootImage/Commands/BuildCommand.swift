public import Diagnostics
public import Ignition

/// `ll-bootimage build`: from the inputs to a folder with one config per node and the manifest.
public struct BuildCommand: Sendable {
  /// The inputs.
  public var inputs: BuildInputs
  /// What the command line adds.
  public var options: BuildOptions
  /// The spec of the configs.
  public var spec: SpecVersion
  /// The one node to build; `nil` for all.
  public var onlyNode: String?

  /// A build; see the properties.
  public init(inputs: BuildInputs, options: BuildOptions, spec: SpecVersion, onlyNode: String? = nil) {
    self.inputs = inputs
    self.options = options
    self.spec = spec
    self.onlyNode = onlyNode
  }

  /// What a finished build tells.
  public struct Summary: Sendable {
    /// Each node with the size of its config in bytes, its number of files and units.
    public var nodes: [(name: String, role: NodeRole, size: Int, files: Int, units: Int)] = []
    /// Everything that the nodes cannot boot without and the desk does not have yet: `<node>: <path>`.
    public var missingSealed: [String] = []
    /// Our own programs that no artifact folder holds.
    public var missingPrograms: Set<String> = []
    /// Anchors that nobody has made.
    public var missingAnchors: Set<String> = []
    /// Whether the configs are a lab's, with insecure stand-ins for their secrets.
    public var isLab = false

    /// The warnings of a build that cannot boot yet, each naming what is missing.
    public var warnings: [String] {
      var warnings: [String] = []
      if !missingSealed.isEmpty {
        warnings.append(
          "not bootable: \(missingSealed.count) sealed files missing: \(missingSealed.joined(separator: ", "))")
      }
      if !missingAnchors.isEmpty {
        warnings.append(
          "not bootable: \(missingAnchors.count) anchors missing: \(missingAnchors.sorted().joined(separator: ", "))")
      }
      if isLab {
        warnings.append("INSECURE LAB: every config has throw-away secrets in plain text; never use one outside a lab")
      }
      if !missingPrograms.isEmpty {
        warnings.append(
          "not bootable: \(missingPrograms.count) of our own programs missing (--artifacts DIR): "
            + missingPrograms.sorted().joined(separator: ", "))
      }
      return warnings
    }
  }

  /// Builds into `folder`. With errors in `report` nothing is written and the folder is as it was.
  public func run(into folder: String, report: inout Report) throws(FileError) -> Summary {
    var summary = Summary()
    let cluster = inputs.cluster.definition
    let nodes = cluster.nodes.filter { onlyNode == nil || $0.name == onlyNode }
    checkArtifacts(report: &report)
    if report.hasErrors { return summary }
    let output = try OutputFolder(replacing: folder)
    let previous = try previousOutputs(in: folder, report: &report)
    var manifest = BuildManifest(cluster: cluster.name, spec: spec)
    summary.isLab = options.desk.isLab
    let shared = ClusterPlan(cluster, options: options)
    var quadlets = SoundQuadlets()
    for node in nodes {
      guard let image = inputs.images[node.role]?.definition else { continue }
      let plan = NodePlan(node, image: image, shared: shared)
      let build = NodeBuild(plan, spec: spec, quadlets: &quadlets, report: &report)
      checkSecrets(build, report: &report)
      guard let config = build.config else { continue }
      try output.add("\(node.name).ign", config)
      manifest.add(node, content: build.content, config: config, installCommand: plan.installCommand)
      summary.add(build, size: config.count)
    }
    if report.hasErrors { return summary }
    if onlyNode != nil { try keep(previous, in: folder, output, &manifest) }
    try output.add(OutputFolder.manifest, manifest.bytes)
    try output.commit(obsolete: Set(previous.entries.map(\.file)))
    return summary
  }

  /// A build of one node leaves the others' configs, and what the manifest says of them, as they are; those of nodes that the cluster has no longer go.
  private func keep(
    _ previous: PreviousOutputs, in folder: String, _ output: OutputFolder, _ manifest: inout BuildManifest
  ) throws(FileError) {
    let known = Set(inputs.cluster.definition.nodes.map(\.name))
    for entry in previous.entries where entry.node != onlyNode && known.contains(entry.node) {
      let path = "\(folder)/\(entry.file)"
      guard try HostFile.isThere(path) else { continue }
      try output.keep(entry.file)
      // What does not fit its config any more is not said again.
      if entry.describes(sha256: BuildManifest.sha256(try HostFile.read(path))) { manifest.keep(entry) }
    }
  }

  private func previousOutputs(in folder: String, report: inout Report) throws(FileError) -> PreviousOutputs {
    let path = "\(folder)/\(OutputFolder.manifest)"
    guard try HostFile.isThere(path) else { return PreviousOutputs() }
    let bytes = try HostFile.read(path)
    guard PreviousOutputs.isOurs(bytes) else { return PreviousOutputs() }
    let previous = PreviousOutputs(manifest: bytes)
    let name = inputs.cluster.definition.name
    if onlyNode != nil, let cluster = previous.cluster, cluster != name {
      report.error(
        "it has the outputs of the cluster '\(cluster)', not of '\(name)': build all nodes, or elsewhere", file: path)
    }
    if onlyNode != nil, previous.entries.contains(where: { $0.isLab != options.desk.isLab }) {
      report.error(
        "some of its configs are an INSECURE lab's and some would not be: build all nodes, or elsewhere", file: path)
    }
    return previous
  }

  /// A config that lacks its sealed files cannot boot: with a desk to make them that is an error. Without one a build only shows what the node would
  /// get.
  private func checkSecrets(_ build: NodeBuild, report: inout Report) {
    let missing = build.content.missing
    defer { note(build.node, report: &report) }
    guard !missing.sealed.isEmpty || options.desk.isThere && !missing.anchors.isEmpty else { return }
    let node = build.node
    let path = ValuePath.root.appending("nodes").appending(node.index).appending("name")
    let marks = inputs.cluster.marks
    let reason = options.desk.faults[node.name] ?? DeskSupplies.noDesk(node.name)
    report.add(
      Finding(
        options.desk.isThere ? .error : .warning, "node '\(node.name)' \(reason)", path: path, file: marks.file,
        position: marks[path]))
  }

  private func note(_ node: ClusterDefinition.Node, report: inout Report) {
    guard let note = options.desk.notes[node.name] else { return }
    let path = ValuePath.root.appending("nodes").appending(node.index).appending("name")
    let marks = inputs.cluster.marks
    report.warning("node '\(node.name)' \(note)", path: path, file: marks.file, position: marks[path])
  }

  private func checkArtifacts(report: inout Report) {
    let cluster = inputs.cluster.definition
    guard !options.programs.isEmpty, cluster.artifacts == nil, cluster.mirror == nil else { return }
    report.error(
      "--artifacts needs an address from which the nodes download our programs: set 'artifacts' or 'mirror'",
      file: inputs.cluster.marks.file, position: SourcePosition(line: 1, column: 1))
  }
}

extension BuildCommand.Summary {
  mutating func add(_ build: NodeBuild, size: Int) {
    let content = build.content
    nodes.append(
      (
        build.node.name, build.node.role, size, content.files.count + content.quadlets.count,
        content.units.count + content.quadlets.count
      ))
    missingSealed += content.missing.sealed.map { "\(build.node.name):\($0)" }
    missingPrograms.formUnion(content.missing.programs)
    missingAnchors.formUnion(content.missing.anchors)
  }
}
