/// What is sealed together for one node: a bundle that its TPM releases at boot, for one reader.
public enum SecretBundle: String, Sendable, Hashable, CaseIterable {
  /// For the OpenBao server of a master: the static seal's key and the listener's first certificate and key.
  case openbao
  /// For the OpenBao agent of every node: the certificate and key that it logs in with.
  case login

  /// The bundles of a node with this role.
  public static func all(for role: NodeRole) -> [SecretBundle] { role == .master ? [.openbao, .login] : [.login] }

  /// The secrets in the bundle, by name; each becomes a file of that name on the bundle's tmpfs.
  ///
  /// - Parameters:
  ///   - initialises: whether the node initialises a new cluster, and stores what the desk has made in it.
  ///   - rotates: whether the static seal's key is being replaced, and the one before is still needed.
  public func entries(initialises: Bool, rotates: Bool) -> [String] {
    switch self {
    case .openbao:
      [Self.sealKey, Self.bootstrapListener] + (rotates ? [Self.previousSealKey] : [])
        + (initialises ? InitialisationSecret.allCases.map(\.rawValue) : [])
    case .login: [Self.loginCertificate]
    }
  }

  /// The static seal's key, 32 raw bytes.
  public static let sealKey = "static-seal.key"
  /// The key that the static seal had before, while it is being replaced.
  public static let previousSealKey = "static-seal-previous.key"
  /// The listener's first certificate, the issuers above it and its key, PEM.
  public static let bootstrapListener = "bootstrap-listener.pem"
  /// The login certificate, the issuers above it and its key, PEM.
  public static let loginCertificate = "login.pem"

  /// The tmpfs that it is released to.
  var folder: String { self == .openbao ? HostPath.openbaoSecrets : HostPath.loginSecrets }

  /// Who reads it.
  var owner: NodeContent.Owner { self == .openbao ? .openbao : .root }

  /// The manifest of the release.
  var manifest: String { "\(HostPath.releases)/\(rawValue).conf" }

  /// The sealed file on the node.
  var blob: String { "\(HostPath.sealed)/\(rawValue).pem" }

  /// The sidecar beside it.
  var sidecar: String { "\(HostPath.sealed)/\(rawValue).json" }

  /// Where a lab node has the secrets that no TPM holds.
  var labFolder: String { "/etc/ll/lab-insecure/\(rawValue)" }
}
