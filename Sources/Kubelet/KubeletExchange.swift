import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// An answer of the kubelet, whole.
struct KubeletResponse {
  var status: Int
  var body: [UInt8]
}

/// One request and its answer.
struct KubeletExchange {
  let endpoint: KubeletEndpoint
  let client: HTTPClient
  let token: String?

  /// Gets `path`; all of the answer has to be here within `limit`.
  func get(_ path: KubeletPath, within limit: Duration) async throws(KubeletError) -> KubeletResponse {
    do {
      return try await withThrowingTaskGroup(of: KubeletResponse.self) { group in
        group.addTask { try await answer(path, limit) }
        // The client's own deadline ends with the answer's head.
        group.addTask {
          try await Task.sleep(for: limit)
          throw KubeletError.deadlineExceeded
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw KubeletError.deadlineExceeded }
        return first
      }
    } catch {
      throw KubeletError(error, nodeName: endpoint.nodeName)
    }
  }

  private func answer(_ path: KubeletPath, _ limit: Duration) async throws -> KubeletResponse {
    let host = endpoint.nodeName.contains(":") ? "[\(endpoint.nodeName)]" : endpoint.nodeName
    var request = HTTPClientRequest(url: "https://\(host):\(endpoint.port)\(path.rawValue)")
    request.headers.add(name: "user-agent", value: "ll-agent")
    if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
    let response = try await client.execute(request, timeout: TimeAmount(limit))
    var body: [UInt8] = []
    for try await part in response.body {
      guard body.count + part.readableBytes <= path.limit else { throw KubeletError.tooLarge(limit: path.limit) }
      body += part.readableBytesView
    }
    return KubeletResponse(status: Int(response.status.code), body: body)
  }
}
