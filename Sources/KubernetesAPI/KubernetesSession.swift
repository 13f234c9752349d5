import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Requests to an API server.
///
/// Credentials and tokens are sent only on TLS connections on which the server's chain and name were verified; there is
/// no way to switch that off. Redirects are not followed. The files of the endpoint are read again for every request:
/// reviews are rare.
public struct KubernetesSession: Sendable {
  private static let largestAnswer = 1 << 20
  private let endpoint: KubernetesEndpoint
  private let group: any EventLoopGroup

  /// A session with `endpoint`; nothing is connected yet.
  public init(_ endpoint: KubernetesEndpoint) {
    self.endpoint = endpoint
    group = MultiThreadedEventLoopGroup.singleton
  }

  /// Asks whose `token` is, and whether it is for `audience`.
  /// - Parameter limit: how long all of it may take.
  public func review(
    token: [UInt8], audience: String, within limit: Duration
  ) async throws(KubernetesAPIError)
    -> TokenReview
  {
    // What is no token needs no server to be refused, and must not become part of a request.
    guard token.count <= 1 << 16, BearerToken.isOne(token) else {
      return TokenReview(authenticated: false, error: "no bearer token")
    }
    let body = try TokenReview.request(token: String(decoding: token, as: UTF8.self), audience: audience)
    let path = "/apis/authentication.k8s.io/v1/tokenreviews"
    let (status, answer) = try await post(body, to: path, within: limit)
    let words = KubernetesAPIError.shortened(String(decoding: answer.prefix(4096), as: UTF8.self))
    switch status {
    case 200, 201: return try TokenReview(decoding: answer)
    case 401: throw .unauthorized
    case 403: throw .forbidden(words)
    default: throw .status(status, words)
    }
  }

  private func post(
    _ body: [UInt8], to path: String, within limit: Duration
  ) async throws(KubernetesAPIError)
    -> (status: Int, body: [UInt8])
  {
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: try tls(), redirectConfiguration: .disallow,
      timeout: .init(connect: TimeAmount(limit), read: TimeAmount(limit)))
    configuration.httpVersion = .http1Only
    configuration.connectionPool.retryConnectionEstablishment = false
    let host = endpoint.host.contains(":") ? "[\(endpoint.host)]" : endpoint.host
    var request = HTTPClientRequest(url: "https://\(host):\(endpoint.port)\(path)")
    request.method = .POST
    request.headers.add(name: "user-agent", value: "ll-operator")
    request.headers.add(name: "content-type", value: "application/json")
    request.headers.add(name: "accept", value: "application/json")
    if case .tokenFile(let file) = endpoint.credential {
      request.headers.add(name: "authorization", value: "Bearer \(try CredentialFile(path: file).bearerToken())")
    }
    request.body = .bytes(body)
    let client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    let answer: Result<(Int, [UInt8]), KubernetesAPIError>
    do {
      answer = .success(try await execute(request, with: client, within: limit))
    } catch {
      answer = .failure(KubernetesAPIError(error, host: endpoint.host))
    }
    // What cannot be closed any more is closed.
    try? await client.shutdown()
    return try answer.get()
  }

  private func execute(
    _ request: HTTPClientRequest, with client: HTTPClient, within limit: Duration
  ) async throws
    -> (Int, [UInt8])
  {
    try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
      group.addTask {
        let response = try await client.execute(request, timeout: TimeAmount(limit))
        var body: [UInt8] = []
        for try await part in response.body {
          guard body.count + part.readableBytes <= Self.largestAnswer else {
            throw KubernetesAPIError.broken("it is longer than a mebibyte")
          }
          body += part.readableBytesView
        }
        return (Int(response.status.code), body)
      }
      // The client's own deadline ends with the answer's head.
      group.addTask {
        try await Task.sleep(for: limit)
        throw KubernetesAPIError.deadlineExceeded
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else { throw KubernetesAPIError.deadlineExceeded }
      return first
    }
  }

  private func tls() throws(KubernetesAPIError) -> TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    configuration.certificateVerification = .fullVerification
    configuration.trustRoots = .certificates(try CredentialFile(path: endpoint.anchors).certificates())
    if case .clientCertificate(let certificate, let key) = endpoint.credential {
      configuration.certificateChain = try CredentialFile(path: certificate).certificates().map { .certificate($0) }
      configuration.privateKey = .privateKey(try CredentialFile(path: key).privateKey())
    }
    return configuration
  }
}
