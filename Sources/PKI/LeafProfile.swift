/// What the desk itself issues to people and nodes, all of it by ``Issuer/bootstrap``.
public enum LeafProfile: Sendable, Hashable {
  /// A person's way into OpenBao after self-initialisation.
  case administrator(name: String)
  /// The certificate with which OpenBao listens before its own PKI issues another. `address` is the node's: 4 or 16 bytes.
  case bootstrapListener(node: String, domain: String, address: [UInt8])
  /// A node's login to OpenBao. `role` is `master` or `worker`.
  case login(node: String, role: String)

  /// What a key may be used for (RFC 5280, section 4.2.1.12).
  public enum Usage: Sendable, Hashable {
    /// TLS client authentication.
    case client
    /// TLS server authentication.
    case server
  }

  private static let year: Int64 = 365 * 86_400

  /// The authority that signs it.
  public var issuer: Authority { .issuer(.bootstrap) }

  /// The common name of its subject.
  public var commonName: String {
    switch self {
    case .administrator(let name): name
    // A common name has 64 characters at most (RFC 5280, ub-common-name); nobody reads a listener's.
    case .bootstrapListener(let node, let domain, _):
      node.utf8.count + domain.utf8.count < 64 ? "\(node).\(domain)" : node
    case .login(let node, _): node
    }
  }

  /// The organizational unit of its subject, by which OpenBao tells logins apart; `nil` where it does not log in.
  public var organizationalUnit: String? {
    switch self {
    case .administrator: "administrator"
    case .bootstrapListener: nil
    case .login(_, let role): role
    }
  }

  /// The DNS names among its subject alternative names.
  public var dnsNames: [String] {
    switch self {
    case .administrator, .login: []
    case .bootstrapListener(let node, let domain, _): ["\(node).\(domain)", "openbao.\(domain)"]
    }
  }

  /// The addresses among its subject alternative names, 4 or 16 bytes each.
  public var addresses: [[UInt8]] {
    switch self {
    case .administrator, .login: []
    case .bootstrapListener(_, _, let address): [[127, 0, 0, 1], address]
    }
  }

  /// Its extended key usages.
  public var usages: [Usage] {
    switch self {
    case .administrator, .login: [.client]
    case .bootstrapListener: [.server]
    }
  }

  /// How long it is valid, in seconds, unless the issuer ends earlier. A year has 365 days.
  public var lifetime: Int64 {
    switch self {
    case .administrator: Self.year
    case .bootstrapListener, .login: 2 * Self.year
    }
  }

  func check() throws(PKIError) {
    switch self {
    case .administrator: break
    case .bootstrapListener(_, _, let address):
      guard address.count == 4 || address.count == 16 else {
        throw PKIError.unsuitable(
          what: "a node's address", value: IPAddressText.text(address), rule: "an address has 4 or 16 bytes")
      }
      for name in dnsNames where !DNSName.isHost(name) {
        throw PKIError.unsuitable(
          what: "a DNS name", value: name, rule: "labels of letters, digits and hyphens, 253 bytes in all")
      }
    case .login(_, let role):
      guard role == "master" || role == "worker" else {
        throw PKIError.unsuitable(what: "a node's role", value: role, rule: "it is master or worker")
      }
    }
  }
}
