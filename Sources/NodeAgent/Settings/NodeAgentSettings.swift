public import OpenBao

/// The agent's settings, once all of their sources agreed.
public struct NodeAgentSettings: Sendable {
  /// Who certifies the node's key: an OpenBao cluster, and how the node logs in there.
  public struct Authority: Sendable, Hashable {
    /// A client certificate to log in with while the node has none of its own.
    public struct Login: Sendable, Hashable {
      /// PEM: the chain, leaf first.
      public var certificate: String
      /// PEM: its key.
      public var key: String

      /// A login.
      public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
      }
    }

    /// The cluster.
    public var endpoint: OpenBaoEndpoint
    /// The ways to log in, and whose certificates are taken.
    public var enrollment: EnrollmentSettings
    /// Where the `pki` engine of the node's issuer is mounted.
    public var mount: String
    /// The engine's role.
    public var role: String
    /// How long a certificate is asked for; `nil` leaves it to the engine's role.
    public var lifetime: Duration?
    /// What the first login by certificate shows; `nil` where the node has to log in otherwise.
    public var login: Login?

    /// An authority.
    public init(
      endpoint: OpenBaoEndpoint, enrollment: EnrollmentSettings, mount: String, role: String,
      lifetime: Duration? = nil, login: Login? = nil
    ) {
      self.endpoint = endpoint
      self.enrollment = enrollment
      self.mount = mount
      self.role = role
      self.lifetime = lifetime
      self.login = login
    }
  }

  /// The node's name.
  public var nodeName: String
  /// The program's version, for logs and people.
  public var version: String
  /// The operator.
  public var licenseOperator: OperatorEndpoint
  /// Who certifies the node's key; `nil` where somebody else puts certificates into the state's folder.
  public var authority: Authority?
  /// The way to the TPM; `nil` keeps the key in a file.
  public var tcti: String?
  /// Whether the key may go from the TPM to a file.
  public var allowsFileKey: Bool
  /// Where keys, certificates and state are kept.
  public var stateFolder: String
  /// What the node itself wants read, and how often.
  public var operated: OperatedSettings

  /// Settings.
  public init(
    nodeName: String, version: String, licenseOperator: OperatorEndpoint, authority: Authority?, tcti: String?,
    allowsFileKey: Bool, stateFolder: String, operated: OperatedSettings
  ) {
    self.nodeName = nodeName
    self.version = version
    self.licenseOperator = licenseOperator
    self.authority = authority
    self.tcti = tcti
    self.allowsFileKey = allowsFileKey
    self.stateFolder = stateFolder
    self.operated = operated
  }
}
