import GRPCCore
import GRPCNIOTransportHTTP2Posix
import LicenseProtocol
import NIOCore
import NIOSSL
import NodeIdentity
import Synchronization

extension OperatorConnector {
  /// Who was shown in a handshake, and why it was refused.
  private final class Handshake: Sendable {
    private struct Seen {
      var certificate: [UInt8] = []
      var refusal: String?
    }

    private let seen = Mutex(Seen())

    func shown(_ certificate: [UInt8]) { seen.withLock { $0.certificate = certificate } }
    func refused(_ words: String) { seen.withLock { $0.refusal = words } }
    var certificate: [UInt8] { seen.withLock { $0.certificate } }
    var refusal: String? { seen.withLock { $0.refusal } }
  }

  /// Mutual TLS to the operator, on `group`'s event loops: chain and name of its certificate are verified, and every
  /// session has a connection of its own.
  ///
  /// - Parameter now: the wall clock, in seconds since 1970: certificates know no other.
  static func tls(
    to endpoint: OperatorEndpoint, group: any EventLoopGroup, now: @escaping @Sendable () -> Int64
  ) -> OperatorConnector {
    OperatorConnector { credentials, body in
      guard let certificate = credentials.shown else { throw IdentityError.noCertificate([]) }
      let anchors = try TrustedIssuers(path: endpoint.anchors).certificates()
      let shown = try TLSIdentity(certificate, anchors: anchors)
      let verifier = try PeerVerifier(anchors: anchors, name: endpoint.peerName, now: now)
      let handshake = Handshake()
      let verify = verifier.callback { handshake.refused($0.description) }
      var configuration = shown.clientConfiguration
      configuration.applicationProtocols = ["h2"]
      let context = try NIOSSLContext(configuration: configuration)
      let name = endpoint.name ?? (endpoint.isAddress ? nil : endpoint.host)
      var config = HTTP2ClientTransport.Posix.Config.defaults
      config.http2.authority = name
      // The window of eight mebibytes is for streams of bytes; here are small messages.
      config.http2.targetWindowSize = 256 << 10
      config.connection.keepalive = .init(time: .seconds(20), timeout: .seconds(10), allowWithoutCalls: false)
      // gRPC's own TLS offers 1.2 too and has no setting for it: the certificate would be shown, in the clear, before
      // anybody could look at the version.
      config.channelDebuggingCallbacks.onCreateTCPConnection = { channel in
        channel.eventLoop.makeCompletedFuture {
          let handler = try NIOSSLClientHandler(
            context: context, serverHostname: name,
            customVerificationCallbackWithMetadata: { certificates, promise in
              if let leaf = try? certificates.first?.toDERBytes() { handshake.shown(leaf) }
              verify(certificates, promise)
            })
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(handler, position: .first)
          try pipeline.addHandler(TLSVersionFault { handshake.refused($0) }, position: .after(handler))
        }
      }
      let transport = try HTTP2ClientTransport.Posix(
        target: endpoint.target, transportSecurity: .customSecure, config: config, eventLoopGroup: group)
      do {
        try await Self.use(transport, body) { Peer(certificate: handshake.certificate) }
      } catch {
        // The handshake only says that it failed; the verifier said why.
        if let refusal = handshake.refusal { throw SessionEnd.unverified(refusal) }
        throw error
      }
    }
  }

  /// Hands the service over that `transport` leads to, and closes the connection afterwards.
  static func use(
    _ transport: some ClientTransport, _ body: @escaping Body, peer: @escaping @Sendable () -> Peer
  ) async throws {
    let client = GRPCClient(transport: transport)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await client.runConnections() }
      do {
        try await body(Lowlayer_Agent_V1_OperatorService.Client(wrapping: client), peer)
      } catch {
        group.cancelAll()
        throw error
      }
      client.beginGracefulShutdown()
    }
  }
}

extension OperatorEndpoint {
  /// What gRPC resolves.
  fileprivate var target: any ResolvableTarget {
    if host.contains(":") { return .ipv6(address: host, port: port) }
    return isAddress ? .ipv4(address: host, port: port) : .dns(host: host, port: port)
  }
}
