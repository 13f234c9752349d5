import SwiftASN1
import X509

/// Who sent a request.
struct User: Sendable, Hashable {
  var name: String
  var groups: Set<String>

  static let anonymous = User(name: "system:anonymous", groups: ["system:unauthenticated"])
}

/// Says who sends a request, by its client certificate.
struct Authenticator: Sendable {
  var clientAuthorities: Anchors
  var proxyAuthorities: Anchors
  var proxyNames: [String]
  var anonymous: AuthenticationConfiguration

  /// - Throws: ``APIStatus/unauthorized``.
  func user(of request: HTTPRequest) async throws(APIStatus) -> User {
    guard let leaf = request.clientChain.first else {
      let paths = anonymous.anonymousPaths
      let isOpen = anonymous.isAnonymousEnabled && (paths.map { $0.contains(request.path) } ?? true)
      guard isOpen else { throw .unauthorized }
      return .anonymous
    }
    let name = Identity.attributes(ASN1ObjectIdentifier.RDNAttributeType.commonName, of: leaf).first ?? ""
    // The front proxy's own authority first, as upstream's union of authenticators has it.
    if let header = request.headers["x-remote-user"], proxyNames.isEmpty || proxyNames.contains(name),
      await isValid(request.clientChain, proxyAuthorities)
    {
      let groups = (request.headers["x-remote-group"] ?? "").split(separator: ",").map(String.init)
      return User(name: header, groups: Set(groups).union(["system:authenticated"]))
    }
    guard await isValid(request.clientChain, clientAuthorities), !name.isEmpty else { throw .unauthorized }
    let groups = Identity.attributes(ASN1ObjectIdentifier.RDNAttributeType.organizationName, of: leaf)
    return User(name: name, groups: Set(groups).union(["system:authenticated"]))
  }

  private func isValid(_ chain: [Certificate], _ authorities: Anchors) async -> Bool {
    do throws(Refusal) {
      try await authorities.verify(chain, for: .client)
      return true
    } catch {
      return false
    }
  }
}
