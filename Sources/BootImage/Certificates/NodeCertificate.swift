import PKI

/// A certificate that the OpenBao agent keeps on a node: what it says, where it lies and who lives by it.
///
/// Each is one PEM file with leaf, issuer and private key, so that key and certificate are always replaced together, by one
/// rename. Every consumer takes such a file both as certificate and as key: Go's `tls.LoadX509KeyPair` skips blocks of the
/// other kind.
struct NodeCertificate: Sendable, Hashable {
  /// Its name, unique on a node, and the file's.
  var name: String
  /// Who signs it.
  var issuer: Issuer
  /// The role at the issuer's PKI engine.
  var role: Role
  /// The subject's common name.
  var commonName: String
  /// The subject's organizations: Kubernetes' groups.
  var organizations: [String] = []
  /// Subject alternative names of type dNSName.
  var dnsNames: [String] = []
  /// Subject alternative names of type iPAddress.
  var addresses: [IPv4Address] = []
  /// What it may be presented as.
  var usages: Set<Usage>
  /// Its life, in hours. The agent renews when a tenth is left.
  var hours = 2160
  /// The programs that read the file.
  var users: [String]
  /// Who verifies it, each against the anchor of ``issuer`` alone.
  var verifiers: [String] = []
  /// The units that must act when the file changes; empty where every user rereads it by itself.
  var reactingUnits: [String] = []

  /// The file on the node, mode 0600.
  var path: String { "\(OpenBaoPaths.certificates)/\(name).pem" }

  /// What a certificate may be presented as (RFC 5280 4.2.1.12).
  enum Usage: String, Sendable, Hashable, CaseIterable { case client, server }

  /// The role that allows a certificate at its issuer's PKI engine.
  enum Role: Sendable, Hashable {
    /// One role for all masters: nothing in the certificate differs between them.
    case shared(String)
    /// A role of this node's own, `<name>-<node>`: the certificate carries the node's names.
    case perNode(String, node: String)

    /// Its name in OpenBao.
    var name: String {
      switch self {
      case .shared(let name): name
      case .perNode(let name, let node): "\(name)-\(node)"
      }
    }
  }
}
