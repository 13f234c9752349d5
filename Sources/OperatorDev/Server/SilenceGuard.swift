import NIOCore

/// How long a connection may say nothing before it is closed.
struct SilenceLimits: Sendable, Hashable {
  /// From its acceptance to its first byte of HTTP/2; TLS and the judgement of the certificate lie between. More than
  /// the 20 s after which an agent gives a dial up by itself.
  var opening: Duration = .seconds(30)
  /// From one byte to the next afterwards. More than keepalive's time and timeout together: who is there answers its
  /// PINGs, and never meets this.
  var silence: Duration = .seconds(35)
}

/// Closes connections from which nothing comes: gRPC's transport asks an idle one to go, and waits for its answer for
/// ever, of one in its handshake too.
///
/// It stands before the TLS handler: there each byte counts, and its closing is the socket's. TLS's own waits for a
/// farewell.
final class SilenceGuard: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let limits: SilenceLimits
  private var isOpen = false
  private var acceptedAt = NIODeadline.uptimeNanoseconds(0)
  private var heardAt = NIODeadline.uptimeNanoseconds(0)
  private var alarm: Scheduled<Void>?

  /// A guard.
  init(_ limits: SilenceLimits) { self.limits = limits }

  /// HTTP/2 has begun.
  func opened() { isOpen = true }

  func handlerAdded(context: ChannelHandlerContext) {
    acceptedAt = context.eventLoop.now
    heardAt = acceptedAt
    look(context)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    alarm?.cancel()
    alarm = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    heardAt = context.eventLoop.now
    context.fireChannelRead(data)
  }

  /// Closes the connection, or looks again when it may have to.
  private func look(_ context: ChannelHandlerContext) {
    let end = isOpen ? heardAt + TimeAmount(limits.silence) : acceptedAt + TimeAmount(limits.opening)
    guard context.eventLoop.now < end else {
      alarm = nil
      return context.close(promise: nil)
    }
    alarm = context.eventLoop.assumeIsolated().scheduleTask(deadline: end) { self.look(context) }
  }
}
