import PKI
import SecretMemory

/// Gets a node's certificate: it logs in with the first of what the node has that OpenBao takes, has the request signed, judges the
/// answer, and ends the token.
///
/// Nothing of it waits or repeats: that is the caller's, with ``RetryPolicy``.
public actor Enrollment {
  private let settings: EnrollmentSettings
  private let now: @Sendable () -> Int64
  /// `wrapping` is `nil` where an earlier run unwrapped it.
  private var unwrapped: (id: SecretBytes, wrapping: SecretBytes?)?
  private var spent: (wrapping: SecretBytes, reason: String)?

  /// - Parameter now: the wall clock, in seconds since 1970.
  public init(_ settings: EnrollmentSettings, now: @escaping @Sendable () -> Int64) {
    self.settings = settings
    self.now = now
  }

  /// What there is to log in with, now. `certificate` is ``EnrollmentFacts/Certificate/notConfigured`` for a node that is not to
  /// use it, and so is `login`.
  public func facts(
    certificate: EnrollmentFacts.Certificate, login: EnrollmentFacts.Certificate = .notConfigured
  ) -> EnrollmentFacts {
    let isByCertificate = settings.certificate != nil
    return EnrollmentFacts(
      certificate: isByCertificate ? certificate : .notConfigured, login: isByCertificate ? login : .notConfigured,
      token: tokenFact, secretID: secretIDFact, now: now())
  }

  /// A certificate for `request`.
  /// - Parameters:
  ///   - client: whom to ask; its identity is the certificate that the node has.
  ///   - certificate: what is known of that certificate.
  ///   - login: whom to ask with the certificate that the settings name for the login, and what is known of that; `nil` where they name none.
  /// - Throws: ``OpenBaoError/nothingToLogInWith(_:)`` with all reasons where every login is missing or refused; the
  ///   server's fault where no server answers; ``OpenBaoError/certificateRefused(_:)`` where the answer is not to be believed;
  ///   ``OpenBaoError/clockDiffers(seconds:)`` where it would be at another time.
  public func issue(
    _ request: SigningRequest, from client: OpenBaoClient, certificate: EnrollmentFacts.Certificate,
    login: (client: OpenBaoClient, certificate: EnrollmentFacts.Certificate)? = nil
  ) async throws(OpenBaoError) -> SignedCertificate {
    let check = try IssuanceCheck(request, anchors: try TrustFile(path: settings.issuerAnchors).certificates())
    let plan = EnrollmentPlan(facts(certificate: certificate, login: login?.certificate ?? .notConfigured))
    var reasons = plan.missing
    for attempt in plan.attempts {
      let kind = attempt.kind
      let asked = attempt == .login ? login?.client ?? client : client
      do throws(OpenBaoError) {
        let signed = try await signed(request, by: kind, from: asked)
        try await check.verify(signed, at: now())
        return signed
      } catch {
        if kind == .appRole { discard(after: error) }
        guard Self.leavesOthers(error, kind) else { throw error }
        reasons.append(error.description)
      }
    }
    throw .nothingToLogInWith(reasons)
  }

  private func signed(
    _ request: SigningRequest, by kind: LoginMethod.Kind, from client: OpenBaoClient
  ) async throws(OpenBaoError) -> SignedCertificate {
    let token = try await client.logIn(try await method(kind, client))
    // It may be good for one login alone, and a file that could not be removed is no reason to lose the certificate.
    if kind == .appRole { try? kept?.remove() }
    let result: Result<SignedCertificate, OpenBaoError>
    do throws(OpenBaoError) {
      result = .success(try await client.sign(request, token: token))
    } catch {
      result = .failure(error)
    }
    // It ends by itself soon; that it could not be ended now is no reason to lose the certificate.
    try? await client.revoke(token)
    return try result.get()
  }

  private func method(_ kind: LoginMethod.Kind, _ client: OpenBaoClient) async throws(OpenBaoError) -> LoginMethod {
    switch kind {
    case .certificate:
      guard let login = settings.certificate else { break }
      return .certificate(mount: login.mount, role: login.role)
    case .kubernetes:
      guard let login = settings.kubernetes else { break }
      return .kubernetes(
        mount: login.mount, role: login.role, token: try TrustFile(path: login.tokenFile).secretLine())
    case .appRole:
      guard let login = settings.appRole else { break }
      return .appRole(
        mount: login.mount, roleID: login.roleID, secretID: try await secretID(login, client))
    }
    throw .configuration("the login by \(kind) is not configured")
  }

  /// The secret id. It is unwrapped once and kept, for a wrapping token cannot be used again.
  private func secretID(
    _ login: EnrollmentSettings.AppRole, _ client: OpenBaoClient
  ) async throws(OpenBaoError) -> SecretBytes {
    if let unwrapped { return unwrapped.id }
    if let earlier = try kept?.secret() {
      unwrapped = (earlier, nil)
      return earlier
    }
    let wrapping = try TrustFile(path: login.wrappingFile).secretLine()
    do throws(OpenBaoError) {
      let fresh = try await client.unwrapSecretID(wrapping, mount: login.mount)
      unwrapped = (fresh, wrapping)
      try kept?.keep(fresh)
      return fresh
    } catch {
      switch error {
      case .wrappingSpent, .wrappingForeign: spent = (wrapping, error.description)
      default: break
      }
      throw error
    }
  }

  /// A secret id that OpenBao does not take (any more) is forgotten, so that a new wrapping token is looked at; the one that it came
  /// from is not tried again.
  private func discard(after error: OpenBaoError) {
    guard case .loginRefused(.appRole, let status, _) = error, status < 500, let old = unwrapped else { return }
    if let wrapping = old.wrapping { spent = (wrapping, error.description) }
    unwrapped = nil
    // One that is there still is refused again, and removed then.
    try? kept?.remove()
  }

  private var kept: KeptSecretID? { settings.appRole?.secretIDFile.map { KeptSecretID(path: $0) } }

  /// Whether another login may do better after `error` of the one by `kind`.
  private static func leavesOthers(_ error: OpenBaoError, _ kind: LoginMethod.Kind) -> Bool {
    switch error {
    case .loginRefused, .file, .wrappingSpent, .wrappingForeign, .notFound, .denied, .badToken: true
    // A listener that verifies client certificates itself ends the connection of one that it does not take.
    case .tls, .broken: kind == .certificate
    // One server that refuses the login is enough: the others of it, sealed or gone, may have said the same.
    case .noServer(let faults):
      faults.contains { if case .loginRefused = $0.error { true } else { false } }
        || faults.allSatisfy { leavesOthers($0.error, kind) }
    default: false
    }
  }

  private var tokenFact: EnrollmentFacts.Token {
    guard let login = settings.kubernetes else { return .notConfigured }
    do throws(OpenBaoError) {
      let claims = ServiceAccountToken(try TrustFile(path: login.tokenFile).secretLine())
      // What cannot be read is for OpenBao to judge, except where it matters to whom we show it.
      if claims == nil, login.audience != nil { return .unusable("\(login.tokenFile): it is no JWT") }
      return .claims(expiry: claims?.expiry, audiences: claims?.audiences ?? [], wanted: login.audience)
    } catch {
      return .unusable(error.description)
    }
  }

  private var secretIDFact: EnrollmentFacts.SecretID {
    guard let login = settings.appRole else { return .notConfigured }
    if unwrapped != nil || kept?.exists ?? false { return .unwrapped }
    do throws(OpenBaoError) {
      let wrapping = try TrustFile(path: login.wrappingFile).secretLine()
      if let spent, spent.wrapping == wrapping { return .spent(spent.reason) }
      return .wrapped
    } catch {
      return .unusable(error.description)
    }
  }
}
