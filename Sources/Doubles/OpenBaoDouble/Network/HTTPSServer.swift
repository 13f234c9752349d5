import Glibc
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import OpenFiles

/// An HTTPS listener: each request with the certificate that its client proved to hold the key of.
final class HTTPSServer: Sendable {
  typealias Handler = @Sendable (HTTPCall, [NIOSSLCertificate]) async -> Reaction

  /// What becomes of a request.
  enum Reaction: Sendable {
    case reply(HTTPReply)
    /// The connection stays open and silent.
    case hang
    /// Half of the body comes, and then the connection ends.
    case truncated(HTTPReply)
    /// A byte of the body comes every so many seconds.
    case slow(HTTPReply, Double)
  }

  private let context: NIOLockedValueBox<NIOSSLContext>
  private let channel: any Channel
  private let clients: OpenConnections

  private init(context: NIOLockedValueBox<NIOSSLContext>, channel: any Channel, clients: OpenConnections) {
    self.context = context
    self.channel = channel
    self.clients = clients
  }

  /// The port that it is bound to.
  var port: Int { channel.localAddress?.port ?? 0 }

  /// Binds `address`. Client certificates are asked for; `verifies` tells whether by the configuration's own roots, and then
  /// required, or taken as they come.
  static func bind(
    _ address: HostPort, tls: TLSConfiguration, verifies: Bool, handler: @escaping Handler
  ) async throws -> HTTPSServer {
    let context = NIOLockedValueBox(try NIOSSLContext(configuration: tls))
    let clients = OpenConnections()
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(ChannelOptions.backlog, value: 256)
      .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          clients.keep(channel)
          let peer = NIOLockedValueBox<[NIOSSLCertificate]>([])
          let tls =
            verifies
            ? NIOSSLServerHandler(context: context.withLockedValue { $0 })
            // The login methods judge certificates, not TLS: any is taken, and its key proven.
            : NIOSSLServerHandler(
              context: context.withLockedValue { $0 },
              customVerificationCallback: { chain, promise in
                peer.withLockedValue { $0 = chain }
                promise.succeed(.certificateVerified)
              })
          try channel.pipeline.syncOperations.addHandler(tls)
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
          try channel.pipeline.syncOperations.addHandler(RequestHandler(handler: handler, peer: peer))
        }
      }
    let channel = try await bind(bootstrap, address)
    OpenFiles.keepFromChildren()
    return HTTPSServer(context: context, channel: channel, clients: clients)
  }

  // Where a server of the same process was just stopped, a child that is being started may hold its socket for a moment.
  private static func bind(
    _ bootstrap: ServerBootstrap, _ address: HostPort, attempts: Int = 20
  ) async throws -> any Channel {
    do {
      return try await bootstrap.bind(host: address.host, port: address.port).get()
    } catch let error as IOError where error.errnoCode == EADDRINUSE && attempts > 1 {
      try await Task.sleep(for: .milliseconds(50))
      return try await bind(bootstrap, address, attempts: attempts - 1)
    }
  }

  /// New connections use `tls` from now on.
  func reload(_ tls: TLSConfiguration) throws {
    let fresh = try NIOSSLContext(configuration: tls)
    context.withLockedValue { $0 = fresh }
  }

  /// Listens no more, and closes what clients keep open.
  func close() async {
    try? await channel.close()
    await clients.close()
  }
}

// Used on its channel's event loop only.
private final class RequestHandler: ChannelInboundHandler, @unchecked Sendable {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let handler: HTTPSServer.Handler
  private let peer: NIOLockedValueBox<[NIOSSLCertificate]>
  private var call = HTTPCall(method: "", target: "")
  private var keepsAlive = true

  init(handler: @escaping HTTPSServer.Handler, peer: NIOLockedValueBox<[NIOSSLCertificate]>) {
    self.handler = handler
    self.peer = peer
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      call = HTTPCall(method: head.method.rawValue, target: head.uri)
      for (name, value) in head.headers { call.headers[name.lowercased()] = value }
      keepsAlive = head.isKeepAlive
    case .body(let buffer):
      call.body += buffer.readableBytesView
      // As upstream's max_request_size.
      if call.body.count > 33_554_432 { context.close(promise: nil) }
    case .end: answer(context)
    }
  }

  private func answer(_ context: ChannelHandlerContext) {
    let (call, handler, keepsAlive) = (call, handler, keepsAlive)
    let channel = context.channel
    let chain = peer.withLockedValue { $0 }
    // Unstructured: an event loop's callback is where this request's own task begins.
    Task {
      let reaction = await handler(call, chain)
      guard let reply = reaction.reply else { return }
      var head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: reply.status))
      for (name, value) in reply.headers { head.headers.replaceOrAdd(name: name, value: value) }
      head.headers.replaceOrAdd(name: "content-length", value: "\(reply.body.count)")
      if !keepsAlive { head.headers.replaceOrAdd(name: "connection", value: "close") }
      channel.write(HTTPServerResponsePart.head(head), promise: nil)
      switch reaction {
      case .truncated:
        let half = ByteBuffer(bytes: reply.body.prefix(reply.body.count / 2))
        try? await channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(half)))
        try? await channel.close()
        return
      case .slow(_, let seconds):
        for byte in reply.body where channel.isActive {
          try? await channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: [byte]))))
          try? await Task.sleep(for: .milliseconds(Int(seconds * 1000)))
        }
        try? await channel.writeAndFlush(HTTPServerResponsePart.end(nil))
        return
      default: break
      }
      if call.method != "HEAD" {
        channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: reply.body))), promise: nil)
      }
      try? await channel.writeAndFlush(HTTPServerResponsePart.end(nil))
      if !keepsAlive { try? await channel.close() }
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

extension HTTPSServer.Reaction {
  /// What is answered, however it is sent.
  var reply: HTTPReply? {
    switch self {
    case .reply(let reply), .truncated(let reply), .slow(let reply, _): reply
    case .hang: nil
    }
  }
}
