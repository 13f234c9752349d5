public import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The HTTP server for this machine: `/healthz`, `/readyz`, `/metrics`. It knows no TLS and asks nobody who they are:
/// what it shows is no secret, and it listens where its address says only.
public final class LocalServer: Sendable {
  private let channel: any Channel

  /// Connections at a time; a monitoring system and a probe need two.
  static let mostConnections = 32
  /// How long a connection may take to ask its next question, in seconds.
  static let patience: Int64 = 75

  private init(_ channel: any Channel) { self.channel = channel }

  /// Listens at `address`.
  public static func listen(
    at address: LocalAddress, on group: any EventLoopGroup, answering answers: ServiceAnswers
  ) async throws(ServiceError) -> LocalServer {
    try await listen(at: address, on: group, answering: answers, patience: .seconds(patience))
  }

  static func listen(
    at address: LocalAddress, on group: any EventLoopGroup, answering answers: ServiceAnswers, patience: TimeAmount
  ) async throws(ServiceError) -> LocalServer {
    let connections = ConnectionCount(limit: mostConnections)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 32)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        guard connections.admit(channel) else { return channel.close() }
        return channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
          try pipeline.addHandler(LocalHTTPHandler(answers, patience: patience))
        }
      }
    do {
      return LocalServer(try await bootstrap.bind(host: address.host, port: address.port).get())
    } catch {
      throw ServiceError.listen("\(address)", "\(error)")
    }
  }

  /// The port that it listens on.
  public var port: Int { channel.localAddress?.port ?? 0 }

  /// Listens no more; connections that are there end by themselves.
  public func close() async {
    // It is closed already where this fails.
    try? await channel.close()
  }
}

/// How many connections a server has.
final class ConnectionCount: Sendable {
  private let limit: Int
  private let count = Mutex(0)

  init(limit: Int) { self.limit = limit }

  /// Counts the connection until it closes; `false` where there are too many already.
  func admit(_ channel: any Channel) -> Bool {
    let isAdmitted = count.withLock { count in
      if count >= limit { return false }
      count += 1
      return true
    }
    if isAdmitted { channel.closeFuture.whenComplete { _ in self.count.withLock { $0 -= 1 } } }
    return isAdmitted
  }
}

/// Answers a connection's requests one after the other.
final class LocalHTTPHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let answers: ServiceAnswers
  private let patience: TimeAmount
  private var head: HTTPRequestHead?
  private var received = 0
  private var deadline: Scheduled<Void>?

  /// The longest body that is read and thrown away, in bytes.
  private static let longestBody = 64 << 10

  init(_ answers: ServiceAnswers, patience: TimeAmount) {
    self.answers = answers
    self.patience = patience
  }

  func channelActive(context: ChannelHandlerContext) {
    wait(context)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      received = 0
    case .body(let bytes):
      received += bytes.readableBytes
      if received > Self.longestBody { context.close(promise: nil) }
    case .end:
      deadline?.cancel()
      if let head { answer(head, context) }
      head = nil
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  // From the connection, or the last answer, to the end of the next request: one byte a second is not patience.
  private func wait(_ context: ChannelHandlerContext) {
    let channel = context.channel
    deadline = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
  }

  private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let answers = answers
    let method = head.method.rawValue
    let path = head.uri
    let accept = head.headers[canonicalForm: "accept"].joined(separator: ",")
    let promise = context.eventLoop.makePromise(of: LocalResponse.self)
    promise.completeWithTask { await answers.response(to: method, path, accept: accept) }
    promise.futureResult.assumeIsolated().whenSuccess { self.write($0, to: head, context) }
  }

  private func write(_ response: LocalResponse, to head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    guard context.channel.isActive else { return }
    var headers = HTTPHeaders([
      ("content-type", response.contentType), ("content-length", "\(response.body.count)"),
      ("cache-control", "no-store"), ("x-content-type-options", "nosniff"),
    ])
    if let allow = response.allow { headers.add(name: "allow", value: allow) }
    if !head.isKeepAlive { headers.add(name: "connection", value: "close") }
    let status = HTTPResponseStatus(statusCode: response.status)
    context.write(
      wrapOutboundOut(.head(HTTPResponseHead(version: head.version, status: status, headers: headers))), promise: nil)
    if head.method != .HEAD {
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil)
    }
    let written = context.eventLoop.makePromise(of: Void.self)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    // Also for who reads its last answer too slowly.
    wait(context)
    if !head.isKeepAlive {
      let channel = context.channel
      written.futureResult.whenComplete { _ in channel.close(promise: nil) }
    }
  }
}
