public import AsyncHTTPClient
import NIOCore
public import NIOHTTP1

/// An answer, whole.
public struct HTTPAnswer: Sendable {
  /// The status.
  public var status: Int
  /// The headers.
  public var headers: HTTPHeaders
  /// The body.
  public var body: [UInt8]

  /// Sends `request`; all of the answer, of at most `longest` bytes, has to be here within `limit`.
  public init(
    to request: HTTPClientRequest, from client: HTTPClient, within limit: Duration, atMost longest: Int
  ) async throws(HTTPClientFault) {
    do {
      self = try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
        group.addTask { try await HTTPAnswer(request, client, limit, longest) }
        // The client's own deadline ends with the answer's head.
        group.addTask {
          try await Task.sleep(for: limit)
          throw HTTPClientFault.deadlineExceeded
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw HTTPClientFault.deadlineExceeded }
        return first
      }
    } catch {
      throw HTTPClientFault(error)
    }
  }

  private init(_ request: HTTPClientRequest, _ client: HTTPClient, _ limit: Duration, _ longest: Int) async throws {
    let response = try await client.execute(request, timeout: TimeAmount(limit))
    var body: [UInt8] = []
    if let length = response.headers.first(name: "content-length").flatMap({ Int($0) }), (0...longest).contains(length)
    {
      body.reserveCapacity(length)
    }
    for try await part in response.body {
      guard body.count + part.readableBytes <= longest else { throw HTTPClientFault.tooLong(limit: longest) }
      body += part.readableBytesView
    }
    status = Int(response.status.code)
    headers = response.headers
    self.body = body
  }
}
