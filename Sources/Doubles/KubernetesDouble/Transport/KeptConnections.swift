import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization
import VerifiedHTTP

/// A client of one authority under one identity that keeps its connections, as Kubernetes' own components do: a TLS
/// handshake costs more than all that they ask each second.
final class KeptConnections: Sendable {
  /// One pool for the process. It lives as long as that does, so nothing shuts it down; connections are told apart by
  /// server and TLS configuration.
  private static let pool: AsyncHTTPClient.HTTPClient = {
    var configuration = AsyncHTTPClient.HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.httpVersion = .http1Only
    configuration.connectionPool.retryConnectionEstablishment = false
    return AsyncHTTPClient.HTTPClient(
      eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
  }()

  private static let bodyLimit = 64 << 20

  /// Made at the first request: reading keys and certificates costs more than the request.
  private let made = Mutex<TLSConfiguration?>(nil)

  /// - Parameter tls: makes the configuration, once.
  func send(
    _ method: String, _ url: String, headers: [String: String], body: [UInt8], timeout: Duration,
    tls: () throws(Refusal) -> TLSConfiguration
  ) async throws(Refusal) -> HTTPResponse {
    var request = HTTPClientRequest(url: url)
    request.method = HTTPMethod(rawValue: method)
    request.headers.add(name: "User-Agent", value: "kubernetes-double")
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if !body.isEmpty || ["POST", "PUT", "PATCH"].contains(method) { request.body = .bytes(ByteBuffer(bytes: body)) }
    if url.hasPrefix("https:") { request.tlsConfiguration = try configuration(tls) }
    let answer: VerifiedHTTP.HTTPAnswer
    do throws(HTTPClientFault) {
      answer = try await .init(to: request, from: Self.pool, within: timeout, atMost: Self.bodyLimit)
    } catch {
      if case .deadlineExceeded = error { throw Refusal("context deadline exceeded") }
      throw Refusal("\(method) \"\(url)\": \(error)")
    }
    return HTTPResponse(
      status: answer.status, contentType: answer.headers.first(name: "content-type") ?? "", body: answer.body)
  }

  private func configuration(_ make: () throws(Refusal) -> TLSConfiguration) throws(Refusal) -> TLSConfiguration {
    if let configuration = made.withLock({ $0 }) { return configuration }
    let configuration = try make()
    made.withLock { $0 = configuration }
    return configuration
  }
}
