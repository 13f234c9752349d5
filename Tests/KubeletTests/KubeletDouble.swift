import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Something that listens where a kubelet would and answers with recorded bytes. It remembers all that it was told.
final class KubeletDouble: Sendable {
  /// What is answered to one path.
  enum Reply: Sendable {
    /// A whole answer; the connection stays.
    case answer(Int, String)
    /// These bytes as they are, then the end of the connection.
    case cut(String)
    /// These bytes, then nothing more, and no end.
    case stall(String)
    /// A head that promises much, and then ever more bytes.
    case endless
  }

  /// How the connection begins.
  enum Door: Sendable {
    /// TLS with this chain and key; where `clients` are given, a certificate from them is demanded.
    case tls(chain: [NIOSSLCertificate], key: NIOSSLPrivateKey, clients: [NIOSSLCertificate]?)
    /// HTTP without TLS.
    case plain
    /// Connections are accepted, and nothing is ever said.
    case silent
  }

  private let channel: any Channel
  private let told: Told

  /// Everything that arrived, after TLS took its part off.
  final class Told: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    let connections = Atomic<Int>(0)
    func add(_ more: [UInt8]) { bytes.withLock { $0 += more } }
    var all: [UInt8] { bytes.withLock { $0 } }
  }

  init(_ door: Door, replies: [String: Reply]) async throws {
    let told = Told()
    self.told = told
    let context: NIOSSLContext? =
      if case .tls(let chain, let key, let clients) = door {
        try NIOSSLContext(configuration: Self.configuration(chain, key, clients))
      } else {
        nil
      }
    channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .childChannelInitializer { channel in
        told.connections.add(1, ordering: .relaxed)
        return channel.eventLoop.makeCompletedFuture {
          if let context { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context)) }
          let handler =
            switch door {
            case .tls: Answering(told: told, replies: replies)
            // A hello of TLS is no request: a server of HTTP says so and hangs up.
            case .plain: Answering(told: told, replies: ["": .cut("HTTP/1.1 400 Bad Request\r\n\r\n")], end: "")
            case .silent: Answering(told: told, replies: nil)
            }
          try channel.pipeline.syncOperations.addHandler(handler)
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  var port: Int { channel.localAddress?.port ?? 0 }

  /// What clients said, as text.
  var received: String { String(decoding: told.all, as: UTF8.self) }

  /// How many connections there were.
  var connections: Int { told.connections.load(ordering: .relaxed) }

  /// The first line of every request.
  var requestLines: [String] {
    received.split(separator: "\r\n").map(String.init).filter { $0.hasSuffix(" HTTP/1.1") }
  }

  func close() async throws { try await channel.close() }

  private static func configuration(
    _ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey, _ clients: [NIOSSLCertificate]?
  ) -> TLSConfiguration {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    if let clients {
      configuration.certificateVerification = .noHostnameVerification
      configuration.trustRoots = .certificates(clients)
    }
    return configuration
  }

  private final class Answering: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let told: Told
    private let replies: [String: Reply]?
    private let end: String
    private var request = ""

    init(told: Told, replies: [String: Reply]?, end: String = "\r\n\r\n") {
      self.told = told
      self.replies = replies
      self.end = end
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let bytes = Array(unwrapInboundIn(data).readableBytesView)
      told.add(bytes)
      request += String(decoding: bytes, as: UTF8.self)
      guard let replies, end.isEmpty || request.contains(end) else { return }
      let words = request.split(separator: " ")
      request = ""
      let path = words.count > 1 && !end.isEmpty ? String(words[1].split(separator: "?")[0]) : ""
      switch replies[path] ?? .answer(404, "404 page not found\n") {
      case .answer(let status, let body):
        write("HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)", context)
      case .cut(let text):
        write(text, context)
        context.close(promise: nil)
      case .stall(let text): write(text, context)
      case .endless:
        write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", context)
        pour(context)
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func pour(_ context: ChannelHandlerContext) {
      guard context.channel.isActive else { return }
      let part = String(repeating: "x", count: 1 << 18)
      let buffer = context.channel.allocator.buffer(string: String(part.utf8.count, radix: 16) + "\r\n\(part)\r\n")
      let loop = context.loopBound
      context.writeAndFlush(wrapOutboundOut(buffer)).assumeIsolated().whenSuccess { self.pour(loop.value) }
    }

    private func write(_ text: String, _ context: ChannelHandlerContext) {
      context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(string: text)), promise: nil)
    }
  }
}
