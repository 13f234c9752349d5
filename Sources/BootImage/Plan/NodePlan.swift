public import BootChain
import SystemdUnit

/// What every node of one build shares, worked out once: the cost of a build is linear in its nodes.
public struct ClusterPlan: Sendable {
  /// The cluster.
  public let cluster: ClusterDefinition
  /// Its masters, in the order of the file.
  public let masters: [ClusterDefinition.Node]
  /// What the command line adds.
  public let options: BuildOptions

  /// The plan of `cluster`.
  public init(_ cluster: ClusterDefinition, options: BuildOptions) {
    self.cluster = cluster
    masters = cluster.masters
    self.options = options
  }

  /// The one master that initialises a new cluster: the first.
  public var initialisingMaster: ClusterDefinition.Node? { options.bootstrap ? masters.first : nil }
}

/// What the command line and the desk add to the two inputs.
public struct BuildOptions: Sendable {
  /// Whether the first master gets the self-initialisation of a new cluster.
  public var bootstrap: Bool
  /// Our own programs as found in the `--artifacts` folder.
  public var programs: [ProgramArtifact]
  /// What the desk has made.
  public var desk: DeskSupplies

  /// Options; see the properties.
  public init(bootstrap: Bool = false, programs: [ProgramArtifact] = [], desk: DeskSupplies = DeskSupplies()) {
    self.bootstrap = bootstrap
    self.programs = programs
    self.desk = desk
  }
}

/// One of our own programs, hashed where the build found it.
public struct ProgramArtifact: Sendable, Hashable {
  /// Its file name: `ll-tpm`, `ll-node`, `ll-agent`.
  public var name: String
  /// What its bytes hash to.
  public var hash: RemoteFile.Hash

  /// A program with its hash.
  public init(name: String, hash: RemoteFile.Hash) {
    self.name = name
    self.hash = hash
  }
}

/// One node on its way from the inputs to its content.
public struct NodePlan: Sendable {
  /// What all nodes share.
  public let shared: ClusterPlan
  /// The image of the node's role.
  public let image: ImageDefinition
  /// The node.
  public let node: ClusterDefinition.Node
  /// The order in which it comes up.
  public let chain: BootChain

  /// The plan of `node`, whose role's image is `image`.
  public init(_ node: ClusterDefinition.Node, image: ImageDefinition, shared: ClusterPlan) {
    self.shared = shared
    self.image = image
    self.node = node
    let provided = image.sysexts.reduce(into: Set<Component>()) { $0.formUnion($1.provides) }
    func unpacked(_ candidates: [Component]) -> [String] {
      candidates.filter { image.components[$0] != nil && !provided.contains($0) }.map(\.rawValue)
    }
    let isMaster = node.role == .master
    chain = BootChain(
      BootChain.Shape(
        isMaster: isMaster, initialises: shared.initialisingMaster?.name == node.name,
        hasKeepalived: isMaster && image.addressHolder == .keepalived, hasSysexts: !image.sysexts.isEmpty,
        hasAgent: shared.cluster.operatorEndpoint != nil, runtimeArchives: unpacked([.crio, .cniPlugins]),
        addonArchives: isMaster ? unpacked([.ciliumCLI, .ciliumChart]) : [], toolArchives: unpacked([.crictl])))
  }

  /// The cluster.
  public var cluster: ClusterDefinition { shared.cluster }
  /// The node's full name.
  public var fullName: String { "\(node.name).\(cluster.domain)" }
  /// Whether the node is a master.
  public var isMaster: Bool { node.role == .master }

  /// Whether its disk is bound to its TPM; a lab's node has none.
  var isDiskEncrypted: Bool { image.disk.encryption == .tpm2 && !shared.options.desk.isLab }

  /// Everything that the node gets.
  public func content() -> NodeContent {
    var content = NodeContent()
    addHost(to: &content)
    addDownloads(to: &content)
    addOpenBao(to: &content)
    addCertificates(to: &content)
    addLoadBalancer(to: &content)
    addContainerRuntime(to: &content)
    addKubelet(to: &content)
    if isMaster {
      addControlPlane(to: &content)
      addAddOns(to: &content)
    }
    addAgent(to: &content)
    addLabWarning(to: &content)
    return content
  }
}

extension NodePlan {
  /// The pin of a component that ``ImageFile`` has made sure of; a missing one leaves an empty version, which no accepted image has.
  func version(_ component: Component) -> String { image.components[component]?.version ?? "" }

  /// The image reference of `component`, by digest.
  func reference(_ component: Component) -> String {
    guard case .image(let image) = image.components[component]?.source else { return "" }
    return image.reference
  }

  /// Whether a system extension brings `component`.
  func isInSysext(_ component: Component) -> Bool { image.sysexts.contains { $0.provides.contains(component) } }

  /// A unit of the chain: its `[Unit]` and `[Install]` from the chain, and `service` with the restart policy in between.
  func unit(
    _ name: String, extra: [Directive] = [], service: [Directive], restartAfter seconds: Int = 2
  ) -> UnitFile {
    guard let stage = chain[name] else { return UnitFile([]) }
    var section = stage.unitSection
    section.directives += extra
    var sections = [section, Section("Service", service + stage.restart(after: seconds))]
    if let install = stage.installSection { sections.append(install) }
    return UnitFile(sections)
  }

  /// Adds a unit of the chain, enabled where the chain starts it at boot; a stage that is not in this chain adds nothing.
  func addStage(
    _ name: String, extra: [Directive] = [], service: [Directive], restartAfter seconds: Int = 2,
    origin: Origin, to content: inout NodeContent
  ) {
    guard let stage = chain[name] else { return }
    let file = unit(name, extra: extra, service: service, restartAfter: seconds)
    content.add(unit: name, stage.start == .boot ? .enabled : .asWritten, file, origin)
  }
}
