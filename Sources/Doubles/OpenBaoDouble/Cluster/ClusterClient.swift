import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import VerifiedHTTP

/// A member's way to the other members. Connections are kept, as Raft's own transport keeps them: a leader speaks several
/// times a second, and a handshake costs more than what it says.
struct ClusterClient: Sendable {
  /// One pool for the process. It lives as long as that does, so nothing shuts it down; connections are told apart by address
  /// and TLS configuration.
  private static let pool: HTTPClient = {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.httpVersion = .http1Only
    configuration.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
  }()

  // As much as a server takes.
  private static let bodyLimit = 33_554_432

  private let tls: TLSConfiguration

  init(_ certificate: ClusterCertificate) throws { tls = try certificate.client }

  func send(_ call: HTTPCall, to address: String, timeout: Double) async throws -> HTTPReply {
    var request = HTTPClientRequest(url: "https://\(address)\(call.target)")
    request.method = HTTPMethod(rawValue: call.method)
    request.tlsConfiguration = tls
    for (name, value) in call.headers { request.headers.add(name: name, value: value) }
    if !call.body.isEmpty { request.body = .bytes(ByteBuffer(bytes: call.body)) }
    let answer = try await HTTPAnswer(
      to: request, from: Self.pool, within: .milliseconds(Int64(timeout * 1000)), atMost: Self.bodyLimit)
    var reply = HTTPReply(answer.status)
    for (name, value) in answer.headers { reply.headers[name.lowercased()] = value }
    reply.body = answer.body
    return reply
  }

  /// A message of the cluster's own protocol.
  func rpc(_ kind: String, _ message: JSONValue, at address: String, timeout: Double = 1.5) async throws -> JSONValue {
    let call = HTTPCall(method: "POST", target: "/raft/\(kind)", body: try message.bytes())
    let reply = try await send(call, to: address, timeout: timeout)
    guard reply.status == 200 else { throw HTTPSClient.Fault(description: "\(address): status \(reply.status)") }
    return reply.json
  }
}
