import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import VerifiedHTTP

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
    let words = OneLine.of(String(decoding: answer.prefix(4096), as: UTF8.self))
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
    var request = HTTPClientRequest(host: endpoint.host, port: endpoint.port, path: path)
    request.method = .POST
    request.headers.add(name: "user-agent", value: "ll-operator")
    request.headers.add(name: "content-type", value: "application/json")
    request.headers.add(name: "accept", value: "application/json")
    request.body = .bytes(body)
    let tls: TLSConfiguration
    do throws(CredentialFile.Fault) {
      if case .tokenFile(let file) = endpoint.credential {
        request.headers.add(name: "authorization", value: "Bearer \(try CredentialFile(path: file).bearerToken())")
      }
      tls = try verifying()
    } catch {
      throw KubernetesAPIError(error)
    }
    let client = HTTPClient(
      eventLoopGroupProvider: .shared(group),
      configuration: .toOneServer(tls, name: endpoint.host, patience: limit))
    let answer: Result<HTTPAnswer, HTTPClientFault>
    do throws(HTTPClientFault) {
      answer = .success(try await HTTPAnswer(to: request, from: client, within: limit, atMost: Self.largestAnswer))
    } catch {
      answer = .failure(error)
    }
    await client.close()
    do throws(HTTPClientFault) {
      let whole = try answer.get()
      return (whole.status, whole.body)
    } catch {
      throw KubernetesAPIError(error, host: endpoint.host)
    }
  }

  private func verifying() throws(CredentialFile.Fault) -> TLSConfiguration {
    var configuration = TLSConfiguration.verifying(try CredentialFile(path: endpoint.anchors).certificates())
    if case .clientCertificate(let certificate, let key) = endpoint.credential {
      configuration.certificateChain = try CredentialFile(path: certificate).certificates().map { .certificate($0) }
      configuration.privateKey = .privateKey(try CredentialFile(path: key).privateKey())
    }
    return configuration
  }
}
