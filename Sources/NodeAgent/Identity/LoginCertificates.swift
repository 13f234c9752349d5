import LicenseProtocol
import NIOCore
import OpenBao

/// The certificates that a node has to log in to OpenBao with.
struct LoginCertificates: Sendable {
  /// A certificate, and what is known of it.
  struct Known: Sendable {
    /// It and its key; `nil` where it cannot be used.
    var identity: ClientIdentity?
    var fact: EnrollmentFacts.Certificate
  }

  /// The node's own.
  var own: Known
  /// The one that the settings name: its issuer may be the only one whose certificates OpenBao lets in, before the node has an own one and
  /// after. `nil` where they name none.
  var named: Known?
}

extension NodeAgentSettings {
  /// How a certificate is got, with what has to outlive the program in the state's folder; `nil` where nobody issues
  /// any.
  func issuing(over group: any EventLoopGroup, _ clock: AgentClock) -> IdentityKeeper.Issuing? {
    guard let authority else { return nil }
    var settings = authority.enrollment
    settings.appRole?.secretIDFile = "\(stateFolder)/secret-id"
    let enrollment = Enrollment(settings, now: { clock.wall().seconds })
    return { (request, certificates) async throws(OpenBaoError) in
      let own = certificates.own
      let client = OpenBaoClient(authority.endpoint, identity: own.identity, group: group)
      let named = certificates.named.map { known in
        (client: OpenBaoClient(authority.endpoint, identity: known.identity, group: group), certificate: known.fact)
      }
      let signed: Result<SignedCertificate, OpenBaoError>
      do throws(OpenBaoError) {
        signed = .success(try await enrollment.issue(request, from: client, certificate: own.fact, login: named))
      } catch {
        signed = .failure(error)
      }
      await client.shutDown()
      await named?.client.shutDown()
      return try signed.get()
    }
  }
}
