public import BootImage
import PKI

/// Every certificate of a cluster as a table: who signs it, what it says, how long it lasts, who renews it, who verifies it against which
/// anchor. It is made of the model that issues and renders them.
public struct CertificateTable: Sendable {
  private let cluster: ClusterDefinition

  /// The table of `cluster`.
  public init(cluster: ClusterDefinition) { self.cluster = cluster }

  /// Authorities, then what the desk gives to people and nodes, then what OpenBao issues on the first master and the first worker.
  public var rows: [CertificateRow] {
    let authorities: [Authority] =
      [.root, .managementCluster] + Issuer.allCases.map { .issuer($0) } + [.organization("<name>")]
    var rows = authorities.map(row(of:))
    var leaves: [CertificateSubject] = [.administrator("<name>")]
    if let master = cluster.masters.first { leaves += [.listener(master.name), .login(master.name)] }
    let worker = cluster.nodes.first { $0.role == .worker }
    if let worker { leaves.append(.login(worker.name)) }
    rows += leaves.compactMap(row(of:))
    for node in [cluster.masters.first, worker].compactMap({ $0 }) {
      rows += CertificateRow.ofNode(node, in: cluster).map { row in
        var row = row
        row.name += " (\(node.role.rawValue))"
        return row
      }
    }
    return rows
  }

  private func row(of authority: Authority) -> CertificateRow {
    let issuer = authority.parent?.commonName ?? "itself"
    var subject = "CN=\(authority.commonName)" + (authority == .root ? "" : ", O=\(cluster.name)")
    if let length = authority.pathLength { subject += "; path length \(length)" }
    if case .organization = authority { subject += "; critical name constraints" }
    let renewal =
      switch authority {
      case .root: "nobody: a new root is a new hierarchy"
      case .managementCluster: "`pki issue`, with the root's passphrase, same key"
      default: "`pki issue`, same key, then imported into OpenBao"
      }
    return CertificateRow(
      name: authority.commonName, issuer: issuer, subject: subject, lifetime: Self.years(authority.lifetime),
      renewal: renewal,
      verifiers: authority == .root || authority == .managementCluster
        ? ["nobody anchors here"] : ["its leaves' verifiers"],
      anchor: authority == .root || authority == .managementCluster ? "-" : "its own self-signed twin")
  }

  private func row(of subject: CertificateSubject) -> CertificateRow? {
    let node = cluster.nodes.first { $0.name == subject.node }
    guard let profile = CertificatePlan.leafProfile(of: subject, on: node, domain: cluster.domain) else { return nil }
    let isListener = if case .listener = subject { true } else { false }
    return CertificateRow(
      name: subject.name, issuer: Issuer.bootstrap.rawValue,
      subject: "CN=\(profile.commonName), O=\(cluster.name)" + (profile.organizationalUnit.map { ", OU=\($0)" } ?? ""),
      names: profile.dnsNames + profile.addresses.map { $0.map(String.init).joined(separator: ".") },
      lifetime: Self.years(profile.lifetime),
      renewal: subject.node == nil
        ? "`pki issue`, handed out by `pki export`" : "`pki issue`, then `seal` and the sealed files",
      verifiers: isListener ? ["OpenBao peers", "OpenBao agents", "ll-tpm release"] : ["OpenBao, auth/cert"],
      anchor: Issuer.bootstrap.rawValue)
  }

  private static func years(_ seconds: Int64) -> String {
    let days = seconds / 86_400
    return days % 365 == 0 ? "\(days / 365) year\(days == 365 ? "" : "s")" : "\(days) days"
  }

  /// The table as Markdown.
  public var markdown: String {
    var text =
      "| certificate | issuer | subject | SANs | lifetime | renewed by | verified by | against the anchor |\n"
      + "|---|---|---|---|---|---|---|---|\n"
    for row in rows {
      let cells = [
        row.name, row.issuer, row.subject, row.names.isEmpty ? "-" : row.names.joined(separator: ", "), row.lifetime,
        row.renewal, row.verifiers.joined(separator: ", "), row.anchor,
      ]
      text += "| " + cells.map { $0.replacingBrackets }.joined(separator: " | ") + " |\n"
    }
    return text
  }
}

extension String {
  /// `<name>` would be a tag in Markdown.
  fileprivate var replacingBrackets: String { map { $0 == "<" ? "\\<" : String($0) }.joined() }
}
