public import NIOCore
public import SecretMemory

/// A client of OpenBao's API for a node that needs a certificate.
///
/// Nothing is sent to a server before its chain and its name were verified, and there is no way to switch that off. Several
/// addresses are tried in order, beginning with the one that answered last; everything has a deadline. Redirects are followed
/// to configured addresses only. Shut it down when the work is done: connections are then closed.
public actor OpenBaoClient {
  /// Whom it asks.
  public nonisolated let endpoint: OpenBaoEndpoint
  private let identity: ClientIdentity?
  private let group: any EventLoopGroup
  private var transports: [Place: VerifiedTransport] = [:]
  private var preferred: OpenBaoAddress?
  private var isShutDown = false

  private struct Place: Hashable {
    var address: OpenBaoAddress
    var showsCertificate: Bool
  }

  /// A client on `group`'s event loops; nothing is connected yet.
  /// - Parameter identity: what the login by certificate shows, and nothing else does.
  public init(_ endpoint: OpenBaoEndpoint, identity: ClientIdentity? = nil, group: any EventLoopGroup) {
    self.endpoint = endpoint
    self.identity = identity
    self.group = group
  }

  /// Closes the connections. The client must be ended so, and answers nothing afterwards.
  public func shutDown() async {
    isShutDown = true
    let old = transports.values
    transports = [:]
    for transport in old { await transport.shutDown() }
  }

  /// Logs in. ``OpenBaoError/loginRefused(_:status:_:)`` where OpenBao does not want us.
  public func logIn(_ method: LoginMethod) async throws(OpenBaoError) -> ClientToken {
    let mount = try Self.path(method.mount)
    if method.kind == .certificate, identity == nil { throw .configuration("no client certificate to log in with") }
    let answer = try await send(
      APICall(
        path: "auth/\(mount)/login", body: method.body, purpose: .login(method.kind),
        // A secret id may be good for one use only.
        isRepeatable: method.kind != .appRole, showsCertificate: method.kind == .certificate))
    return try ClientToken(try answer.decoded(AuthAnswer.self).auth, kind: method.kind, at: .now)
  }

  /// The same token, good for longer. ``OpenBaoError/badToken`` where it has ended; its longest life is the login's role's.
  public func renew(_ token: ClientToken) async throws(OpenBaoError) -> ClientToken {
    let answer = try await send(
      APICall(
        path: "auth/token/renew-self", body: JSONObject().bytes, showsCertificate: token.kind == .certificate),
      token: token)
    return try ClientToken(try answer.decoded(AuthAnswer.self).auth, kind: token.kind, at: .now)
  }

  /// Ends a token. One that has ended already is no error.
  public func revoke(_ token: ClientToken) async throws(OpenBaoError) {
    do throws(OpenBaoError) {
      _ = try await send(APICall(path: "auth/token/revoke-self", body: JSONObject().bytes), token: token)
    } catch .badToken {
      return
    }
  }

  /// Has `request` signed. What comes back is not judged yet: ``IssuanceCheck`` does that.
  public func sign(_ request: SigningRequest, token: ClientToken) async throws(OpenBaoError) -> SignedCertificate {
    let path = "\(try Self.path(request.mount))/sign/\(try Self.path(request.role))"
    let answer = try await send(APICall(path: path, body: request.body), token: token)
    return try SignedCertificate(answer)
  }

  /// The secret id behind a wrapping token, which can be had once. It is unwrapped only after OpenBao has confirmed that the
  /// token was made at `auth/<mount>/role/<name>/secret-id`: a token that somebody swapped was made elsewhere.
  public func unwrapSecretID(_ wrapping: SecretBytes, mount: String) async throws(OpenBaoError) -> SecretBytes {
    struct Lookup: Decodable {
      struct Contents: Decodable { var creation_path: String }
      var data: Contents
    }
    struct Unwrapped: Decodable {
      struct Contents: Decodable { var secret_id: String }
      var data: Contents
    }
    var question = JSONObject()
    question.add("token", wrapping)
    let lookup: Lookup = try await send(
      APICall(path: "sys/wrapping/lookup", body: question.bytes, purpose: .unwrapping)
    ).decoded()
    let origin = lookup.data.creation_path
    let expected = "auth/\(try Self.path(mount))/role/"
    guard origin.hasSuffix("/secret-id"), origin.hasPrefix(expected) || origin.contains("/\(expected)") else {
      throw .wrappingForeign(OpenBaoError.shortened(origin))
    }
    let header = wrapping.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    let answer: Unwrapped = try await send(
      APICall(path: "sys/wrapping/unwrap", purpose: .unwrapping, isRepeatable: false), header: header
    ).decoded()
    return try SecretText.secret(answer.data.secret_id)
  }

  /// How each server is, in the order of the addresses.
  public func health() async -> [(address: OpenBaoAddress, health: Result<ServerHealth, OpenBaoError>)] {
    var found: [(address: OpenBaoAddress, health: Result<ServerHealth, OpenBaoError>)] = []
    for address in endpoint.addresses {
      do throws(OpenBaoError) {
        let answer = try await transport(to: address, showsCertificate: false).send(
          APICall(method: "GET", path: "sys/health"), headers: [], within: endpoint.patience)
        found.append((address, .success(try ServerHealth(answer))))
      } catch {
        found.append((address, .failure(error)))
      }
    }
    return found
  }

  private func send(
    _ call: APICall, token: ClientToken? = nil, header: String? = nil
  ) async throws(OpenBaoError) -> ServerAnswer {
    var headers: [(String, String)] = []
    if let namespace = endpoint.namespace { headers.append(("x-vault-namespace", namespace)) }
    if let secret = token?.header ?? header { headers.append(("x-vault-token", secret)) }
    let end = ContinuousClock.now.advanced(by: endpoint.deadline)
    var faults: [OpenBaoError.ServerFault] = []
    for address in order {
      let left = ContinuousClock.now.duration(to: end)
      guard left > .zero else { break }
      do throws(OpenBaoError) {
        return try await exchange(call, headers, at: address, until: end)
      } catch {
        faults.append(.init(address: address, error: error))
        guard error.concernsOneServer, call.isRepeatable || error.isBeforeWork else { break }
      }
    }
    guard let last = faults.last else { throw .deadlineExceeded }
    // A refusal is the cluster's; faults before it are not what matters.
    throw faults.count == 1 || !last.error.concernsOneServer ? last.error : .noServer(faults)
  }

  private var order: [OpenBaoAddress] {
    guard let preferred else { return endpoint.addresses }
    return [preferred] + endpoint.addresses.filter { $0 != preferred }
  }

  private func exchange(
    _ call: APICall, _ headers: [(String, String)], at first: OpenBaoAddress, until end: ContinuousClock.Instant
  ) async throws(OpenBaoError) -> ServerAnswer {
    var address = first
    for _ in 0..<3 {
      let limit = min(endpoint.patience, ContinuousClock.now.duration(to: end))
      let answer = try await transport(to: address, showsCertificate: call.showsCertificate).send(
        call, headers: headers, within: limit)
      if [301, 302, 303, 307, 308].contains(answer.status) {
        address = try Redirect(answer, call).address(in: endpoint)
        continue
      }
      if let fault = call.fault(in: answer, namespace: endpoint.namespace) { throw fault }
      preferred = address
      return answer
    }
    throw .redirected("\(address) and on, in a circle")
  }

  /// The connection made from the anchors as they are now.
  private func transport(
    to address: OpenBaoAddress, showsCertificate: Bool
  ) async throws(OpenBaoError) -> VerifiedTransport {
    guard !isShutDown else { throw .configuration("the client was shut down") }
    let anchors = try TrustFile(path: endpoint.anchors).contents()
    let place = Place(address: address, showsCertificate: showsCertificate)
    if let known = transports[place], known.anchors == anchors { return known }
    let fresh = try VerifiedTransport(
      address, of: endpoint, anchors: anchors, identity: showsCertificate ? identity : nil, group: group)
    let old = transports.updateValue(fresh, forKey: place)
    await old?.shutDown()
    return fresh
  }

  /// A mount, role or path below it, as a URL may have it.
  private static func path(_ text: String) throws(OpenBaoError) -> String {
    let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
    guard OpenBaoEndpoint.isPlain(trimmed), !trimmed.hasPrefix("/"), !trimmed.split(separator: "/").contains("..")
    else {
      throw .configuration("\(text.debugDescription) is no mount or role")
    }
    return trimmed
  }
}
