public import Diagnostics

/// What a cluster needs before its first workload, and what it is applied with, read from a file in systemd's syntax.
///
/// ```
/// [AddOns]
/// Kubeconfig=/etc/kubernetes/admin.kubeconfig
/// Kubectl=/usr/local/bin/kubectl
/// StateDirectory=/var/lib/ll/addons
///
/// [Manifest]
/// Path=/etc/kubernetes/addons/rbac.yaml
/// ```
public struct AddOnManifest: Sendable, Hashable {
  /// A `[Manifest]` section: Kubernetes objects in one file.
  public struct Objects: Sendable, Hashable {
    /// `Path=`: an absolute path to YAML or JSON.
    public var path: String

    /// The objects in the file at `path`.
    public init(path: String) { self.path = path }
  }

  /// The `[Cilium]` section: the chart, its values, and the command-line tool that installs it.
  public struct Cilium: Sendable, Hashable {
    /// `Program=`: an absolute path to Cilium's command-line tool.
    public var program: String
    /// `ChartDirectory=`: an absolute path to the unpacked chart.
    public var chartDirectory: String
    /// `Version=`: the chart's version.
    public var version: String
    /// `Values=`: an absolute path to the chart's values in YAML.
    public var values: String

    /// Cilium as `program` installs it.
    public init(program: String, chartDirectory: String, version: String, values: String) {
      self.program = program
      self.chartDirectory = chartDirectory
      self.version = version
      self.values = values
    }
  }

  /// One add-on.
  public enum AddOn: Sendable, Hashable {
    /// Objects that the API server merges.
    case objects(Objects)
    /// Cilium.
    case cilium(Cilium)

    /// What it is called in messages and where its hash is kept: a file's name without its last extension, or `cilium`.
    public var name: String {
      switch self {
      case .objects(let objects):
        let file = objects.path.split(separator: "/").last ?? ""
        guard let dot = file.lastIndex(of: "."), dot > file.startIndex else { return String(file) }
        return String(file[..<dot])
      case .cilium: return "cilium"
      }
    }
  }

  /// A `[NodeLabels]` section: labels that a node may not give itself.
  public struct NodeLabels: Sendable, Hashable {
    /// `Node=`: the node's name.
    public var node: String
    /// `Label=`: each key's value, which may be empty.
    public var labels: [String: String]

    /// Labels of the node called `node`.
    public init(node: String, labels: [String: String]) {
      self.node = node
      self.labels = labels
    }
  }

  /// `Kubeconfig=`: an absolute path; its user may do everything.
  public var kubeconfig: String
  /// `Kubectl=`: an absolute path.
  public var kubectl: String
  /// `StateDirectory=`: an absolute path, made where it is missing.
  public var stateDirectory: String
  /// The add-ons in the order of the file; no two have the same name.
  public var addOns: [AddOn]
  /// The labels in the order of the file; no two are of the same node.
  public var nodeLabels: [NodeLabels]

  /// Where units expect it.
  public static let defaultPath = "/etc/ll-node/addons.conf"

  /// A manifest made in code.
  public init(
    kubeconfig: String, kubectl: String, stateDirectory: String, addOns: [AddOn] = [], nodeLabels: [NodeLabels] = []
  ) {
    self.kubeconfig = kubeconfig
    self.kubectl = kubectl
    self.stateDirectory = stateDirectory
    self.addOns = addOns
    self.nodeLabels = nodeLabels
  }

  /// Reads the file's text; `nil` where it does not say what to apply with. Whatever is not as it should be, unknown
  /// keys included, is an error in `report` with its line and column.
  public init?(parsing bytes: [UInt8], report: inout Report) {
    var reader = AddOnManifestReader()
    let manifest = reader.read(bytes)
    report.add(contentsOf: reader.report)
    guard let manifest else { return nil }
    self = manifest
  }
}
