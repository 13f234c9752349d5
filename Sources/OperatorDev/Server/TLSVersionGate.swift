import NIOCore
import NIOSSL

/// Ends connections below TLS 1.3: the session binding and the license protocol promise that version, and gRPC's transport
/// lets 1.2 in without asking.
///
/// It stands behind the TLS handler and looks at the first bytes that come out of it: nothing that a node says before
/// that reaches anybody.
final class TLSVersionGate: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private enum State { case closed, open, shut }

  private var state = State.closed
  private let silence: SilenceGuard
  private let refused: @Sendable (String) -> Void

  /// A gate. `silence` is told of the first byte; `refused` hears why somebody was not let through.
  init(_ silence: SilenceGuard, refused: @escaping @Sendable (String) -> Void) {
    self.silence = silence
    self.refused = refused
  }

  /// Puts a gate behind the channel's TLS handler, and before that one a guard against silence.
  static func install(
    in channel: any Channel, _ limits: SilenceLimits, refused: @escaping @Sendable (String) -> Void
  ) -> EventLoopFuture<Void> {
    channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      let handler = try pipeline.handler(type: NIOSSLServerHandler.self)
      let silence = SilenceGuard(limits)
      try pipeline.addHandler(silence, position: .before(handler))
      try pipeline.addHandler(TLSVersionGate(silence, refused: refused), position: .after(handler))
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if state == .closed { decide(context) }
    if state == .open { context.fireChannelRead(data) }
  }

  private func decide(_ context: ChannelHandlerContext) {
    // Without an answer the version is not known to be good.
    let version = try? context.pipeline.syncOperations.nioSSL_tlsVersion()
    guard version == .tlsv13 else {
      state = .shut
      refused("the connection is below TLS 1.3, which the license protocol asks for")
      return context.close(promise: nil)
    }
    state = .open
    silence.opened()
  }
}
