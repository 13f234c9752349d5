import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import NodeIdentity
import X509

/// A server on 127.0.0.1 that greets each client that it accepts, and a client that waits for the greeting.
enum TLSPeer {
  static let greeting = "licensed to speak"

  /// What refused the peer, on either side.
  // Unchecked: the words are only touched with `lock` held.
  final class Refusals: @unchecked Sendable {
    private let lock = NSLock()
    private var words: [String] = []

    func note(_ text: String) { lock.withLock { words.append(text) } }

    var all: [String] { lock.withLock { words } }
  }

  static func serve(
    _ identity: TLSIdentity, _ verifier: PeerVerifier, _ refusals: Refusals
  ) async throws -> any Channel {
    let context = try NIOSSLContext(configuration: identity.serverConfiguration)
    return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers(
            NIOSSLServerHandler(
              context: context,
              customVerificationCallbackWithMetadata: verifier.callback { refusals.note("server: \($0)") }),
            Greeter())
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  /// Dials, and gives back what the server says; an error where one of them hangs up.
  static func dial(
    _ port: Int, _ identity: TLSIdentity, _ verifier: PeerVerifier, name: String, _ refusals: Refusals
  ) async throws -> String {
    let context = try NIOSSLContext(configuration: identity.clientConfiguration)
    let heard = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: String.self)
    let connecting = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(.seconds(10))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers(
            NIOSSLClientHandler(
              context: context, serverHostname: name,
              customVerificationCallbackWithMetadata: verifier.callback { refusals.note("client: \($0)") }),
            Listener(heard: heard))
        }
      }
      .connect(host: "127.0.0.1", port: port)
    connecting.cascadeFailure(to: heard)
    let timeout = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: .seconds(20)) {
      heard.fail(ChannelError.connectTimeout(.seconds(20)))
    }
    defer { timeout.cancel() }
    return try await heard.futureResult.get()
  }

  private final class Greeter: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      guard case .handshakeCompleted? = event as? TLSUserEvent else { return }
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: TLSPeer.greeting)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }

  private final class Listener: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let heard: EventLoopPromise<String>

    init(heard: EventLoopPromise<String>) { self.heard = heard }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      heard.succeed(String(buffer: unwrapInboundIn(data)))
      context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      heard.fail(error)
      context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { heard.fail(ChannelError.eof) }
  }
}
