/// How a node may log in to OpenBao, and what it then believes.
public struct EnrollmentSettings: Sendable, Hashable {
  /// The login by service account token.
  public struct Kubernetes: Sendable, Hashable {
    /// Where `auth/kubernetes` is mounted, without `auth/`.
    public var mount: String
    /// The login's role.
    public var role: String
    /// The file of a projected token. The kubelet replaces it, so it is read for every login.
    public var tokenFile: String
    /// The audience that the token must be for; a token for others is never sent. `nil` leaves it to OpenBao.
    public var audience: String?

    /// A login by service account token.
    public init(mount: String = "kubernetes", role: String, tokenFile: String, audience: String?) {
      self.mount = mount
      self.role = role
      self.tokenFile = tokenFile
      self.audience = audience
    }
  }

  /// The login by the certificate that the node has.
  public struct Certificate: Sendable, Hashable {
    /// Where `auth/cert` is mounted, without `auth/`.
    public var mount: String
    /// The login's role; `nil` lets OpenBao find it.
    public var role: String?

    /// A login by certificate.
    public init(mount: String = "cert", role: String? = nil) {
      self.mount = mount
      self.role = role
    }
  }

  /// The login by role id and a secret id that was handed out wrapped.
  public struct AppRole: Sendable, Hashable {
    /// Where `auth/approle` is mounted, without `auth/`.
    public var mount: String
    /// The role's id, which is no secret.
    public var roleID: String
    /// The file with the wrapping token.
    public var wrappingFile: String
    /// The file in which an unwrapped secret id is kept until it was used; `nil`: it is kept in memory alone.
    public var secretIDFile: String?

    /// A login by AppRole.
    public init(
      mount: String = "approle", roleID: String, wrappingFile: String, secretIDFile: String? = nil
    ) {
      self.mount = mount
      self.roleID = roleID
      self.wrappingFile = wrappingFile
      self.secretIDFile = secretIDFile
    }
  }

  /// `nil` where it is not configured.
  public var certificate: Certificate?
  /// `nil` where it is not configured.
  public var kubernetes: Kubernetes?
  /// `nil` where it is not configured.
  public var appRole: AppRole?
  /// The PEM file with the self-signed twins of the issuers whose certificates are taken. It is read for every issuance, so a new
  /// issuer is taken once its twin is there, and not before.
  public var issuerAnchors: String

  /// Settings; at least one login should be there.
  public init(
    certificate: Certificate? = nil, kubernetes: Kubernetes? = nil, appRole: AppRole? = nil, issuerAnchors: String
  ) {
    self.certificate = certificate
    self.kubernetes = kubernetes
    self.appRole = appRole
    self.issuerAnchors = issuerAnchors
  }
}
