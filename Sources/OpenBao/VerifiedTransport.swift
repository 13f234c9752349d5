import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import SwiftASN1
import X509

/// Requests to one server over TLS connections on which its chain and its name were verified.
struct VerifiedTransport: Sendable {
  /// No answer that we ask for is longer.
  static let limit = 1 << 20

  let address: OpenBaoAddress
  let name: String
  let anchors: [UInt8]
  private let client: HTTPClient

  init(
    _ address: OpenBaoAddress, of endpoint: OpenBaoEndpoint, anchors: [UInt8], identity: ClientIdentity?,
    group: any EventLoopGroup
  ) throws(OpenBaoError) {
    let name = endpoint.name(of: address)
    guard let roots = try? NIOSSLCertificate.fromPEMBytes(anchors), !roots.isEmpty else {
      throw .file(endpoint.anchors, "holds no certificate in PEM")
    }
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv12
    tls.certificateVerification = .fullVerification
    tls.trustRoots = .certificates(roots)
    if let identity {
      tls.certificateChain = identity.chain
      tls.privateKey = identity.key
    }
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tls, redirectConfiguration: .disallow,
      timeout: .init(connect: TimeAmount(endpoint.patience), read: TimeAmount(endpoint.patience)))
    configuration.httpVersion = .http1Only
    configuration.connectionPool.retryConnectionEstablishment = false
    if name != address.host { configuration.dnsOverride = [name: address.host] }
    // NIOSSL also takes a certificate for the address that was dialled, whatever name was asked for (its
    // `validIdentityForService`). So the name is compared once more before a request may use the connection.
    configuration.http1_1ConnectionDebugInitializer = { channel in
      channel.nioSSL_peerCertificate().flatMapThrowing { certificate in
        guard let certificate, Self.isFor(name, try certificate.toDERBytes()) else {
          channel.close(promise: nil)
          throw OpenBaoError.unverified("its certificate is not for \(name)")
        }
      }
    }
    self.address = address
    self.name = name
    self.anchors = anchors
    client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
  }

  func shutDown() async {
    // What cannot be closed any more is closed.
    try? await client.shutdown()
  }

  /// Sends `call`; all of the answer has to be here within `limit`.
  func send(
    _ call: APICall, headers: [(String, String)], within limit: Duration
  ) async throws(OpenBaoError) -> ServerAnswer {
    do {
      return try await withThrowingTaskGroup(of: ServerAnswer.self) { group in
        group.addTask { try await answer(call, headers, limit) }
        // The client's own deadline ends with the answer's head.
        group.addTask {
          try await Task.sleep(for: limit)
          throw OpenBaoError.deadlineExceeded
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw OpenBaoError.deadlineExceeded }
        return first
      }
    } catch {
      throw OpenBaoError(error, name: name)
    }
  }

  private func answer(_ call: APICall, _ headers: [(String, String)], _ limit: Duration) async throws -> ServerAnswer {
    let host = name.contains(":") ? "[\(name)]" : name
    var request = HTTPClientRequest(url: "https://\(host):\(address.port)/v1/\(call.path)")
    request.method = .RAW(value: call.method)
    request.headers.add(name: "user-agent", value: "ll-agent")
    // Asked of every request by OpenBao's own client, against pages that make a browser send one.
    request.headers.add(name: "x-vault-request", value: "true")
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if !call.body.isEmpty {
      request.headers.add(name: "content-type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: call.body))
    }
    let response = try await client.execute(request, timeout: TimeAmount(limit))
    var answer = ServerAnswer(
      status: Int(response.status.code), contentType: response.headers.first(name: "content-type"),
      location: response.headers.first(name: "location"),
      retryAfter: response.headers.first(name: "retry-after").flatMap { Int($0) }, body: [])
    for try await part in response.body {
      guard answer.body.count + part.readableBytes <= Self.limit else { throw OpenBaoError.tooLarge(limit: Self.limit) }
      answer.body += part.readableBytesView
    }
    return answer
  }

  /// Whether the leaf has `name` itself among its names (RFC 9525): a DNS name, or an address where `name` is one.
  private static func isFor(_ name: String, _ der: [UInt8]) -> Bool {
    guard let certificate = try? Certificate(derEncoded: der),
      let names = try? certificate.extensions.subjectAlternativeNames
    else { return false }
    let address = addressBytes(name)
    return names.contains { given in
      switch given {
      case .dnsName(let text): address == nil && matches(text.lowercased(), name.lowercased())
      case .ipAddress(let bytes): address == Array(bytes.bytes)
      default: false
      }
    }
  }

  private static func matches(_ pattern: String, _ name: String) -> Bool {
    guard pattern.hasPrefix("*.") else { return pattern == name }
    // One label, and not of a domain that is one label itself.
    guard let dot = name.firstIndex(of: ".") else { return false }
    return name[dot...] == pattern.dropFirst() && name[dot...].dropFirst().contains(".")
  }

  /// The bytes of an IPv4 or IPv6 address; `nil` where it is none.
  private static func addressBytes(_ text: String) -> [UInt8]? {
    for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: count)
      if inet_pton(family, text, &bytes) == 1 { return bytes }
    }
    return nil
  }
}
