import NIOCore
import NIOPosix
import NIOSSL
import VerifiedHTTP

/// Looks at the certificate that a kubelet shows, also at one that is expired or from an unknown issuer, and hangs up.
///
/// Nothing is verified on this connection, and nothing is sent on it: no request, no token, no client certificate.
struct CertificateProbe {
  let endpoint: KubeletEndpoint
  let group: any EventLoopGroup

  /// The lifetime of the serving certificate.
  func lifetime(within limit: TimeAmount) async throws(KubeletError) -> CertificateLifetime {
    do {
      var configuration = TLSConfiguration.makeClientConfiguration()
      // The default is the system's authorities: an image without any could not even look.
      configuration.trustRoots = .certificates([])
      let context = try NIOSSLContext(configuration: configuration)
      // An address is no name to ask for (RFC 6066).
      let name = (try? SocketAddress(ipAddress: endpoint.nodeName, port: 0)) == nil ? endpoint.nodeName : nil
      let seen = group.next().makePromise(of: CertificateLifetime.self)
      let bootstrap = ClientBootstrap(group: group).connectTimeout(limit).channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let handler = try NIOSSLClientHandler(context: context, serverHostname: name) { chain, verdict in
            if let leaf = chain.first { seen.succeed(CertificateLifetime(leaf)) }
            verdict.succeed(.certificateVerified)
          }
          try channel.pipeline.syncOperations.addHandlers(handler, FaultHandler(seen: seen))
        }
      }
      let connecting = bootstrap.connect(host: endpoint.address ?? endpoint.nodeName, port: endpoint.port)
      connecting.cascadeFailure(to: seen)
      let deadline = group.next().scheduleTask(in: limit) { seen.fail(HTTPClientFault.deadlineExceeded) }
      defer {
        deadline.cancel()
        connecting.whenSuccess { $0.close(mode: .all, promise: nil) }
      }
      return try await seen.futureResult.get()
    } catch {
      throw KubeletError(HTTPClientFault(error), nodeName: endpoint.nodeName)
    }
  }

  /// Tells what went wrong before a certificate came.
  private final class FaultHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let seen: EventLoopPromise<CertificateLifetime>

    init(seen: EventLoopPromise<CertificateLifetime>) { self.seen = seen }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      seen.fail(error)
      context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
      seen.fail(HTTPClientFault.broken("it hung up"))
      context.fireChannelInactive()
    }
  }
}
