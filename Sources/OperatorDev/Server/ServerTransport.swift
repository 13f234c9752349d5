import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOPosix
import NIOSSL
import PKI

extension HTTP2ServerTransport.Posix {
  /// The transport that both of our servers have: mutual TLS, and clients judged by chain and organisation in place of
  /// the library's own check.
  ///
  /// Sized for thousands of sessions with small messages: no large windows, one stream for each call, and dead peers
  /// noticed and silent ones closed within a lease.
  static func licensed(
    listen: HostPort, identity: ServerIdentity, organisations: OrganisationsBook, clock: OperatorClock,
    silence: SilenceLimits = SilenceLimits(), emit: @escaping @Sendable (OperatorEvent) -> Void
  ) throws(OperatorError) -> HTTP2ServerTransport.Posix {
    let address: GRPCNIOTransportCore.SocketAddress
    do {
      let resolved = try NIOCore.SocketAddress.makeAddressResolvingHost(listen.host, port: listen.port)
      let number = resolved.ipAddress ?? listen.host
      address =
        resolved.protocol == .inet6
        ? .ipv6(host: number, port: listen.port) : .ipv4(host: number, port: listen.port)
    } catch {
      throw .listen(listen.description, "\(error)")
    }
    var config = Config.defaults
    config.http2.maxConcurrentStreams = 4
    config.rpc.maxRequestPayloadSize = 1 << 20
    // A handshake or a connection without a call costs as much as one with. Both times end with a question to the peer;
    // one that does not answer is closed by the guard against silence.
    config.connection.maxIdleTime = .seconds(60)
    config.connection.keepalive = .init(
      time: .seconds(20), timeout: .seconds(10),
      clientBehavior: .init(minPingIntervalWithoutCalls: .seconds(10), allowWithoutCalls: true))
    config.channelDebuggingCallbacks.onAcceptTCPConnection = { channel in
      TLSVersionGate.install(in: channel, silence) { words in
        emit(OperatorEvent(at: clock.realNanoseconds(), .handshakeRefused, message: words))
      }
    }
    let security = TransportSecurity.mTLS(certificateChain: identity.chainSource, privateKey: identity.keySource) {
      $0.clientCertificateVerification = .noHostnameVerification
      $0.trustRoots = .certificates([])
      $0.requireALPN = true
      $0.customVerificationCallback = { certificates, promise in
        promise.completeWithTask {
          let now = clock.realNanoseconds()
          return try await organisations.verify(certificates, at: now / 1_000_000_000) { refused in
            let name = certificates.first.flatMap { try? IssuedCertificate(der: $0.toDERBytes()) }?.commonName
            emit(
              OperatorEvent(
                at: now, .handshakeRefused, node: name ?? "", message: refused.reasons.joined(separator: "; ")))
          }
        }
      }
    }
    return HTTP2ServerTransport.Posix(address: address, transportSecurity: security, config: config)
  }
}
