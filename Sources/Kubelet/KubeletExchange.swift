import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization
import VerifiedHTTP

/// One request and its answer, which is read on the connection's own event loop as it comes: nothing is handed from thread to thread
/// but what it comes to.
struct KubeletExchange {
  let endpoint: KubeletEndpoint
  let client: HTTPClient
  let loop: any EventLoop
  let token: String?

  /// An answer with its status.
  struct Answer<Reader: AnswerReader>: Sendable {
    /// The status.
    var status: Int
    /// The beginning of an answer with a status other than 200.
    var words: [UInt8] = []
    /// What a 200 was read by.
    var reader: Reader
  }

  /// Gets `path`; all of the answer has to be here within `limit`.
  func get<Reader: AnswerReader>(
    _ path: KubeletPath, within limit: Duration, isolation: isolated (any Actor)? = #isolation
  ) async throws(KubeletError) -> Answer<Reader> {
    do {
      var request = try HTTPClient.Request(
        url: HTTPClientRequest(host: endpoint.nodeName, port: endpoint.port, path: path.rawValue).url)
      request.headers.add(name: "user-agent", value: "ll-agent")
      if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
      let task = client.execute(
        request: request, delegate: Receiver<Reader>(limit: path.limit), eventLoop: .delegate(on: loop),
        deadline: .now() + TimeAmount(limit))
      // The future's own `get` would go on on another thread.
      return try await withCheckedThrowingContinuation(isolation: isolation) { continuation in
        task.futureResult.whenComplete { continuation.resume(with: $0) }
      }
    } catch {
      throw KubeletError(HTTPClientFault(error), nodeName: endpoint.nodeName)
    }
  }

  /// Feeds the reader.
  private final class Receiver<Reader: AnswerReader>: HTTPClientResponseDelegate {
    typealias Response = Answer<Reader>

    private struct Received {
      var answer = Answer(status: 0, reader: Reader())
      var length = 0
    }

    private static var wordsLimit: Int { 64 << 10 }
    private let limit: Int
    private let received = Mutex(Received())

    init(limit: Int) { self.limit = limit }

    func didReceiveHead(task: HTTPClient.Task<Response>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
      received.withLock { $0.answer.status = Int(head.status.code) }
      return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Response>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
      let isTooLong = received.withLock { received in
        received.length += buffer.readableBytes
        guard received.length <= limit else { return true }
        if received.answer.status == 200 {
          buffer.withUnsafeReadableBytes { received.answer.reader.read($0) }
        } else {
          received.answer.words += buffer.readableBytesView.prefix(Self.wordsLimit - received.answer.words.count)
        }
        return false
      }
      return isTooLong
        ? task.eventLoop.makeFailedFuture(HTTPClientFault.tooLong(limit: limit))
        : task.eventLoop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<Response>) -> Response { received.withLock { $0.answer } }
  }
}
