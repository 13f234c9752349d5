public import PrivateKeys

/// A place in the hierarchy from which certificates are signed.
public enum Authority: Sendable, Hashable {
  /// `low-layer-root`, whose key is only ever on the desk. It signs `management-cluster` and nothing else.
  case root
  /// `management-cluster`, which signs the issuers and the organizations.
  case managementCluster
  /// One of the five issuers of a cluster.
  case issuer(Issuer)
  /// `org-<name>`: an organization's own authority, bound to its names by critical name constraints. The value is the
  /// name without `org-`.
  case organization(String)

  private static let organizationPrefix = "org-"
  private static let year: Int64 = 365 * 86_400

  /// The authority that a certificate's common name says it is; `nil` where it is none of the hierarchy's.
  public init?(commonName: String) {
    if let known = ([.root, .managementCluster] + Issuer.allCases.map { .issuer($0) }).first(where: {
      (authority: Authority) in authority.commonName == commonName
    }) {
      self = known
    } else if commonName.hasPrefix(Self.organizationPrefix), commonName != Self.organizationPrefix {
      self = .organization(String(commonName.dropFirst(Self.organizationPrefix.count)))
    } else {
      return nil
    }
  }

  /// The common name in its certificate's subject.
  public var commonName: String {
    switch self {
    case .root: "low-layer-root"
    case .managementCluster: "management-cluster"
    case .issuer(let issuer): issuer.rawValue
    case .organization(let name): Self.organizationPrefix + name
    }
  }

  /// Who signs its certificate; `nil` for the root, which signs its own.
  public var parent: Authority? {
    switch self {
    case .root: nil
    case .managementCluster: .root
    case .issuer, .organization: .managementCluster
    }
  }

  /// How many authorities may stand between it and a leaf (RFC 5280, section 4.2.1.9): 2, 1 or 0.
  public var pathLength: Int? {
    switch self {
    case .root: 2
    case .managementCluster: 1
    case .issuer, .organization: 0
    }
  }

  /// How long its certificate is valid, in seconds, unless the issuer ends earlier. A year has 365 days.
  public var lifetime: Int64 {
    switch self {
    case .root: 10 * Self.year
    case .managementCluster: 5 * Self.year
    case .issuer: 2 * Self.year
    case .organization: Self.year
    }
  }

  /// The curve of its key. A certificate that is signed with P-384 has a SHA-384 signature, with P-256 a SHA-256 one.
  public var curve: KeyCurve {
    switch self {
    case .root, .managementCluster: .p384
    case .issuer, .organization: .p256
    }
  }

  /// How long before its end its certificate is renewed, in seconds: a third of its lifetime.
  public var renewBefore: Int64 { lifetime / 3 }
}
