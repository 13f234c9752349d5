import PKI

/// One line of the table of all certificates.
public struct CertificateRow: Sendable, Hashable {
  /// What it is called.
  public var name: String
  /// Who signs it.
  public var issuer: String
  /// The subject's common name, organizations and organizational unit.
  public var subject: String
  /// The subject alternative names; empty where there are none.
  public var names: [String]
  /// How long it lasts, for people.
  public var lifetime: String
  /// Who renews it.
  public var renewal: String
  /// Who verifies it.
  public var verifiers: [String]
  /// The anchor that they verify against.
  public var anchor: String

  /// A line; see the properties.
  public init(
    name: String, issuer: String, subject: String, names: [String] = [], lifetime: String, renewal: String,
    verifiers: [String], anchor: String
  ) {
    self.name = name
    self.issuer = issuer
    self.subject = subject
    self.names = names
    self.lifetime = lifetime
    self.renewal = renewal
    self.verifiers = verifiers
    self.anchor = anchor
  }

  /// The certificates that OpenBao issues to the agent on `node`.
  public static func ofNode(_ node: ClusterDefinition.Node, in cluster: ClusterDefinition) -> [CertificateRow] {
    NodeCertificate.all(on: node, in: cluster).map { certificate in
      CertificateRow(
        name: certificate.name, issuer: certificate.issuer.rawValue,
        subject: (["CN=\(certificate.commonName)"] + certificate.organizations.map { "O=\($0)" })
          .joined(separator: ", "),
        names: certificate.dnsNames + certificate.addresses.map { "\($0)" }, lifetime: "\(certificate.hours / 24) days",
        renewal: "OpenBao agent, from role `\(certificate.role.name)`, when a tenth is left",
        verifiers: certificate.verifiers, anchor: certificate.issuer.rawValue)
    }
  }
}
