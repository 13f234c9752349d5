import NIOCore
import NIOSSL

/// Says in words that a handshake failed because the operator speaks no TLS 1.3.
///
/// It stands behind the TLS handler, whose error names a line of BoringSSL.
final class TLSVersionFault: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let refused: @Sendable (String) -> Void

  /// - Parameter refused: hears the words.
  init(refused: @escaping @Sendable (String) -> Void) { self.refused = refused }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if case NIOSSLError.handshakeFailed(let cause) = error {
      let words = "\(cause)"
      // An operator that knows of later versions says so by an alert; an older one answers with its own version.
      if words.contains("TLSV1_ALERT_PROTOCOL_VERSION") || words.contains("UNSUPPORTED_PROTOCOL") {
        refused("it does not speak TLS 1.3, which the license protocol asks for")
      }
    }
    context.fireErrorCaught(error)
  }
}
