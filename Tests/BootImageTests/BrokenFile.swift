import BootImage
import Diagnostics
import Testing

/// A file that is the example with a few edits, and the findings that it must have.
struct BrokenFile: Sendable, CustomTestStringConvertible {
  var name: String
  var role: NodeRole?
  var edits: [Edit]
  var findings: [String]

  init(_ name: String, role: NodeRole? = nil, _ edits: [Edit], _ findings: [String]) {
    self.name = name
    self.role = role
    self.edits = edits
    self.findings = findings
  }

  var testDescription: String { name }

  /// A small change of a text.
  enum Edit: Sendable {
    /// Replaces a text that stands there once.
    case change(String, to: String)
    /// Removes the one line that holds a text.
    case drop(String)
    /// Adds a text at the end.
    case add(String)
    /// Replaces everything from one text up to another, or to the end.
    case cut(from: String, to: String?, with: String)
  }

  /// Why an edit cannot be made.
  struct Misfit: Error { var text: String }

  /// `text` with every edit made.
  func edited(_ text: String) throws -> String { try edits.reduce(text) { try Self.apply($1, to: $0) } }

  private static func apply(_ edit: Edit, to text: String) throws -> String {
    switch edit {
    case .change(let old, let new):
      let parts = text.split(separator: old, omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw Misfit(text: old) }
      return parts[0] + new + parts[1]
    case .drop(let old):
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      guard lines.filter({ $0.contains(old) }).count == 1 else { throw Misfit(text: old) }
      return lines.filter { !$0.contains(old) }.joined(separator: "\n")
    case .add(let new): return text + new
    case .cut(let start, let end, let new):
      guard let from = text.firstRange(of: start)?.lowerBound else { throw Misfit(text: start) }
      guard let end else { return text[..<from] + new }
      guard let to = text[from...].firstRange(of: end)?.lowerBound else { throw Misfit(text: end) }
      return text[..<from] + new + text[to...]
    }
  }
}

/// The example's texts without comments and empty lines, so that the lines of a finding do not move with the words of a comment.
enum ExampleInput {
  static let cluster = bare(InitTemplates.cluster)
  static func image(_ role: NodeRole) -> String { bare(InitTemplates.image(for: role)) }

  static func bare(_ text: String) -> String {
    text.split(separator: "\n")
      .filter { line in line.first { $0 != " " }.map { $0 != "#" } ?? false }
      .joined(separator: "\n") + "\n"
  }

  /// Reads a cluster file; the findings as `LINE:COL: severity: message`.
  static func readCluster(_ text: String) -> (cluster: Document<ClusterDefinition>?, findings: [String]) {
    let (cluster, report) = ClusterFile.read(Array(text.utf8), file: "cluster.yaml")
    return (cluster, report.findings.map { String("\($0)".dropFirst("cluster.yaml:".count)) })
  }

  /// Reads an image file; the findings as `LINE:COL: severity: message`.
  static func readImage(_ text: String, _ role: NodeRole) -> (image: Document<ImageDefinition>?, findings: [String]) {
    let file = "images/\(role.rawValue)/image.yaml"
    let (image, report) = ImageFile.read(Array(text.utf8), file: file)
    return (image, report.findings.map { String("\($0)".dropFirst(file.count + 1)) })
  }
}

/// Words that stand in many findings, and the values that many edits change.
extension BrokenFile {
  static let labelRule =
    "must be a DNS label (at most 63 lower-case letters, digits and '-', neither first nor last a '-')"
  static let domainRule =
    "must be a DNS name (labels of lower-case letters, digits and '-', joined by '.', at most 253 in all)"
  static let interfaceRule = "must be an interface's name (1 to 15 characters without '/', ':' or space, and not 'lo')"
  static let clusterKeys =
    "cluster, domain, controlPlane, network, podCIDR, serviceCIDR, clusterDomain, mirror, artifacts, operator, "
    + "sshAuthorizedKeys, nodes"
  static let componentNames =
    "openbao, haproxy, kubelet, kubectl, cri-o, crictl, cni-plugins, cilium-cli, cilium-chart, cilium, "
    + "cilium-operator, cilium-envoy, coredns, pause, etcd, kube-apiserver, kube-controller-manager, kube-scheduler, "
    + "kube-vip, keepalived"
  static let indentHint = "is it indented like its neighbours, or a value with ': ' in it that needs quotes?"
  static let serviceHint = "kube-apiserver takes no larger one, and a smaller one has no tenth address for cluster DNS"
  static let keepalivedHint = "no public digest of it is known, pin an image of your own or choose kube-vip"
  static let openbaoReason =
    "the self-initialisation that is rendered needs OpenBao 2.6's allowed_ip_sans_cidr and template source"
  static let userReason = "must not hold a user or a password: every node's config shows it"
  static let queryReason = "must not have a query: a signature or a password in it would stand in every node's config"
  static let mirrorReason = "a mirror stores a download under its host and path"
  static let clockReason =
    "an air-gapped cluster without network.ntp: certificates and leases need right clocks"
  static let withheld = "'…' (not repeated: it may hold a password)"
  static let publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
  static let sixtyFour = String(repeating: "a", count: 64)
  static let digest = "sha256:11fd73a2102cda9c55d5d881a8c3210303146a7ec1e8ac76f526e175c6d24641"
  static let hash = "3ba68cb4f0906053c08ab843131d5cec559cf8c718dbd679950a078b306abbb4"
}
