import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import OpenFiles
import SwiftASN1
import Synchronization
import X509

/// An HTTP/1.1 server on a port or a Unix socket, with TLS where it is told so.
///
/// Client certificates are taken as they come and handed on: whether they are worth anything is for the handler, as
/// with Go's `tls.RequestClientCert`.
final class HTTPServer: Sendable {
  typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

  private let channel: any Channel
  private let clients: OpenConnections

  /// The port it listens on; 0 on a Unix socket.
  var port: Int { channel.localAddress?.port ?? 0 }

  private init(_ channel: any Channel, _ clients: OpenConnections) {
    self.channel = channel
    self.clients = clients
  }

  /// Where to listen.
  enum Place: Sendable {
    case port(host: String, Int)
    case unix(String)
  }

  static func start(
    _ place: Place, identity: Identity? = nil, handler: @escaping Handler
  ) async throws(Refusal) -> HTTPServer {
    var context: NIOSSLContext?
    if let identity {
      var configuration = try identity.serverConfiguration()
      configuration.certificateVerification = .optionalVerification
      do {
        context = try NIOSSLContext(configuration: configuration)
      } catch {
        throw Refusal("tls: \(error)")
      }
    }
    let tls = context
    let clients = OpenConnections()
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          clients.keep(channel)
          let client = PresentedChain()
          if let tls {
            let presented: NIOSSLCustomVerificationCallback = { certificates, promise in
              client.keep(certificates)
              promise.succeed(.certificateVerified)
            }
            try channel.pipeline.syncOperations.addHandler(
              NIOSSLServerHandler(context: tls, customVerificationCallback: presented))
          }
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(HTTPExchange(client: client, handler: handler))
        }
      }
    do {
      switch place {
      case .port(let host, let port):
        return HTTPServer(try await bootstrap.bind(host: host, port: port).get(), clients)
      case .unix(let path):
        let channel = try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
        return HTTPServer(channel, clients)
      }
    } catch {
      throw Refusal("failed to listen on \(place): \(error)")
    }
  }

  /// Listens no more, and closes what clients keep open.
  func stop() async {
    // A channel that is closed already is what was wanted.
    try? await channel.close().get()
    await clients.close()
  }
}

/// The chain of one connection, from its handshake to its requests.
private final class PresentedChain: Sendable {
  private let certificates = Mutex<[Certificate]>([])

  var chain: [Certificate] { certificates.withLock { $0 } }

  func keep(_ presented: [NIOSSLCertificate]) {
    let parsed = presented.compactMap { try? Certificate(derEncoded: $0.toDERBytes()) }
    // One that cannot be read makes the whole chain worthless.
    certificates.withLock { $0 = parsed.count == presented.count ? parsed : [] }
  }
}

/// One connection's requests, one after another.
private final class HTTPExchange: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private static let bodyLimit = 8 << 20

  private let client: PresentedChain
  private let handler: HTTPServer.Handler
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []

  init(client: PresentedChain, handler: @escaping HTTPServer.Handler) {
    self.client = client
    self.handler = handler
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = []
    case .body(let buffer):
      body += buffer.readableBytesView
      if body.count > Self.bodyLimit { context.close(promise: nil) }
    case .end:
      guard let head else { return }
      var headers: [String: String] = [:]
      for (name, value) in head.headers { headers[name.lowercased()] = value }
      let request = HTTPRequest(
        method: head.method.rawValue, uri: head.uri, headers: headers, body: body, clientChain: client.chain)
      let handler = handler
      let channel = context.channel
      Self.answer(request, handler, on: channel, keepAlive: head.isKeepAlive, version: head.version)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // Handshakes that fail and clients that go are theirs to complain about.
    context.close(promise: nil)
  }

  private static func answer(
    _ request: HTTPRequest, _ handler: @escaping HTTPServer.Handler, on channel: any Channel, keepAlive: Bool,
    version: HTTPVersion
  ) {
    // NIO's handlers do not wait: the answer comes from a task of its own.
    Task {
      let response = await handler(request)
      write(response, to: channel, keepAlive: keepAlive, version: version)
    }
  }

  private static func write(
    _ response: HTTPResponse, to channel: any Channel, keepAlive: Bool, version: HTTPVersion
  ) {
    var head = HTTPResponseHead(version: version, status: HTTPResponseStatus(statusCode: response.status))
    head.headers.add(name: "Content-Type", value: response.contentType)
    head.headers.add(name: "Content-Length", value: "\(response.body.count)")
    if !keepAlive { head.headers.add(name: "Connection", value: "close") }
    channel.write(HTTPServerResponsePart.head(head), promise: nil)
    channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: response.body))), promise: nil)
    channel.writeAndFlush(HTTPServerResponsePart.end(nil)).whenComplete { _ in
      if !keepAlive { channel.close(promise: nil) }
    }
  }
}
