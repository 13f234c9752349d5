import Glibc
public import NIOCore
import NIOPosix
import NIOSSL
import NodeIdentity

/// Whether the operator answers, and is who it should be: a TLS handshake and no more. The node shows nothing.
public struct OperatorProbe: Sendable {
  private let endpoint: OperatorEndpoint
  private let group: any EventLoopGroup
  private let now: @Sendable () -> Int64

  /// A probe.
  /// - Parameter now: the wall clock, in seconds since 1970.
  public init(_ endpoint: OperatorEndpoint, group: any EventLoopGroup, now: @escaping @Sendable () -> Int64) {
    self.endpoint = endpoint
    self.group = group
    self.now = now
  }

  /// Why the operator is not the one, in words; `nil` where it is. It takes ten seconds at most.
  public func fault() async -> String? {
    do {
      let anchors = try TrustedIssuers(path: endpoint.anchors).certificates()
      let verifier = try PeerVerifier(anchors: anchors, name: endpoint.peerName, now: now)
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.minimumTLSVersion = .tlsv13
      configuration.applicationProtocols = ["h2"]
      // Never the system's own: an image may have none, and this one is verified by the callback alone.
      configuration.trustRoots = .certificates([])
      let context = try NIOSSLContext(configuration: configuration)
      let verdict = group.next().makePromise(of: String?.self)
      let verify = verifier.callback { verdict.succeed($0.description) }
      let name = endpoint.name ?? (endpoint.isAddress ? nil : endpoint.host)
      let limit = group.next().scheduleTask(in: .seconds(10)) {
        verdict.succeed("no answer within 10 s")
      }
      defer { limit.cancel() }
      let bootstrap = ClientBootstrap(group: group).connectTimeout(.seconds(10)).channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let handler = try NIOSSLClientHandler(
            context: context, serverHostname: name,
            customVerificationCallbackWithMetadata: { certificates, promise in
              promise.futureResult.whenSuccess { result in
                if case .certificateVerified = result { verdict.succeed(nil) }
              }
              verify(certificates, promise)
            })
          try channel.pipeline.syncOperations.addHandler(handler)
          try channel.pipeline.syncOperations.addHandler(ProbeHandler(verdict))
        }
      }
      let channel: any Channel
      do {
        channel = try await bootstrap.connect(host: endpoint.host, port: endpoint.port).get()
      } catch {
        verdict.succeed(Self.words(of: error, host: endpoint.host))
        return try await verdict.futureResult.get()
      }
      let fault = try await verdict.futureResult.get()
      // It is gone already where this fails.
      try? await channel.close()
      return fault
    } catch {
      return Words.of("\(error)")
    }
  }
}

extension OperatorProbe {
  /// Why nobody was reached, as the system says it.
  private static func words(of error: any Error, host: String) -> String {
    guard let error = error as? NIOConnectionError else { return Words.of("\(error)") }
    if error.dnsAError != nil || error.dnsAAAAError != nil, error.connectionErrors.isEmpty {
      return "\(host) is not known to this node's resolver"
    }
    // Each of the name's addresses was tried; they mostly fail alike.
    var seen: [String] = []
    for failure in error.connectionErrors {
      let words =
        (failure.error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? Words.of("\(failure.error)")
      if !seen.contains(words) { seen.append(words) }
    }
    return seen.joined(separator: "; ")
  }
}

/// Says that the connection broke before anybody was verified.
private final class ProbeHandler: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  private let verdict: EventLoopPromise<String?>

  init(_ verdict: EventLoopPromise<String?>) { self.verdict = verdict }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    verdict.succeed("the TLS handshake failed: \(Words.of("\(error)"))")
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) { verdict.succeed("it hung up during the TLS handshake") }
}
