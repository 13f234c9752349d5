import AsyncHTTPClient
import NIOHTTP1
import VerifiedHTTP

/// One request and its answer.
struct KubeletExchange {
  let endpoint: KubeletEndpoint
  let client: HTTPClient
  let token: String?

  /// Gets `path`; all of the answer has to be here within `limit`.
  func get(_ path: KubeletPath, within limit: Duration) async throws(KubeletError) -> HTTPAnswer {
    var request = HTTPClientRequest(host: endpoint.nodeName, port: endpoint.port, path: path.rawValue)
    request.headers.add(name: "user-agent", value: "ll-agent")
    if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
    do throws(HTTPClientFault) {
      return try await HTTPAnswer(to: request, from: client, within: limit, atMost: path.limit)
    } catch {
      throw KubeletError(error, nodeName: endpoint.nodeName)
    }
  }
}
