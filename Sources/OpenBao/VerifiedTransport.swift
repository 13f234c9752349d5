import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL
import VerifiedHTTP

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
    guard let roots = CredentialFile.certificates(in: anchors) else {
      throw .file(endpoint.anchors, "holds no certificate in PEM")
    }
    var tls = TLSConfiguration.verifying(roots)
    if let identity {
      tls.certificateChain = identity.chain
      tls.privateKey = identity.key
    }
    self.address = address
    self.name = name
    self.anchors = anchors
    client = HTTPClient(
      eventLoopGroupProvider: .shared(group),
      configuration: .toOneServer(tls, name: name, at: address.host, patience: endpoint.patience))
  }

  func shutDown() async { await client.close() }

  /// Sends `call`; all of the answer has to be here within `limit`.
  func send(
    _ call: APICall, headers: [(String, String)], within limit: Duration
  ) async throws(OpenBaoError) -> ServerAnswer {
    var request = HTTPClientRequest(host: name, port: address.port, path: "/v1/\(call.path)")
    request.method = .RAW(value: call.method)
    request.headers.add(name: "user-agent", value: "ll-agent")
    // Asked of every request by OpenBao's own client, against pages that make a browser send one.
    request.headers.add(name: "x-vault-request", value: "true")
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if !call.body.isEmpty {
      request.headers.add(name: "content-type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: call.body))
    }
    let answer: HTTPAnswer
    do throws(HTTPClientFault) {
      answer = try await HTTPAnswer(to: request, from: client, within: limit, atMost: Self.limit)
    } catch {
      throw OpenBaoError(error, name: name)
    }
    return ServerAnswer(
      status: answer.status, contentType: answer.headers.first(name: "content-type"),
      location: answer.headers.first(name: "location"),
      retryAfter: answer.headers.first(name: "retry-after").flatMap { Int($0) }, body: answer.body)
  }
}
