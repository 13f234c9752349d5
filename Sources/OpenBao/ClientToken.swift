import SecretMemory

/// A token that a login gave.
public struct ClientToken: Sendable {
  let secret: SecretBytes
  /// How the login was made: a certificate's token is renewed by showing that certificate again only.
  public let kind: LoginMethod.Kind
  /// The policies that it has.
  public let policies: [String]
  /// Whether it can be renewed.
  public let isRenewable: Bool
  /// How long it is good for, from the answer on; zero where it has no end.
  public let lease: Duration
  /// When it ends; `nil` where it does not.
  public let expiry: ContinuousClock.Instant?

  /// The beginning of `Authorization`-like headers: a `String` that lives as long as its request.
  var header: String { secret.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

  init(_ auth: AuthAnswer.Auth, kind: LoginMethod.Kind, at now: ContinuousClock.Instant) throws(OpenBaoError) {
    secret = try SecretText.secret(auth.client_token)
    self.kind = kind
    policies = auth.policies ?? []
    isRenewable = auth.renewable ?? false
    lease = .seconds(max(0, auth.lease_duration ?? 0))
    expiry = lease == .zero ? nil : now.advanced(by: lease)
  }
}

/// The answer of a login or a renewal. The names are the API's.
struct AuthAnswer: Decodable {
  struct Auth: Decodable {
    var client_token: String
    var policies: [String]?
    var lease_duration: Int64?
    var renewable: Bool?
  }
  var auth: Auth
}
