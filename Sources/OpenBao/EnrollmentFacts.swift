/// What a node has to log in with, at one moment.
public struct EnrollmentFacts: Sendable, Hashable {
  /// A certificate that it has.
  public enum Certificate: Sendable, Hashable {
    /// The login by it is not configured.
    case notConfigured
    /// There is none yet.
    case none
    /// There is something, and it cannot be used: why.
    case unusable(String)
    /// One that is valid from and until, in seconds since 1970.
    case lifetime(notBefore: Int64, notAfter: Int64)
  }

  /// The service account's token.
  public enum Token: Sendable, Hashable {
    /// The login by token is not configured.
    case notConfigured
    /// It cannot be read: why.
    case unusable(String)
    /// What it says of itself: until when it is good in seconds since 1970, for whom it is, and for whom it has to be.
    case claims(expiry: Int64?, audiences: [String], wanted: String?)
  }

  /// The secret id.
  public enum SecretID: Sendable, Hashable {
    /// AppRole is not configured.
    case notConfigured
    /// The wrapping token cannot be read: why.
    case unusable(String)
    /// There is a wrapping token that was not tried yet.
    case wrapped
    /// This process has unwrapped it.
    case unwrapped
    /// The wrapping token that is there was spent: why.
    case spent(String)
  }

  /// Its own certificate.
  public var certificate: Certificate
  /// The certificate that the settings name for the login.
  public var login: Certificate
  /// The service account's token.
  public var token: Token
  /// The secret id.
  public var secretID: SecretID
  /// The wall clock, in seconds since 1970.
  public var now: Int64

  /// Facts.
  public init(
    certificate: Certificate, login: Certificate = .notConfigured, token: Token, secretID: SecretID, now: Int64
  ) {
    self.certificate = certificate
    self.login = login
    self.token = token
    self.secretID = secretID
    self.now = now
  }
}
