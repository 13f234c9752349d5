import NIOCore
import NIOEmbedded
import NIOPosix
import NIOSSL
import Testing

@testable import OperatorDev

@Suite("Connections from which nothing comes are closed", .serialized)
struct SilenceTests {
  private static func channel(_ silence: SilenceGuard) throws -> EmbeddedChannel {
    let channel = EmbeddedChannel()
    try channel.pipeline.syncOperations.addHandler(silence)
    channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
    return channel
  }

  @Test("a handshake has its time, and bytes that drip do not lengthen it")
  func opening() throws {
    let channel = try Self.channel(SilenceGuard(SilenceLimits(opening: .seconds(30), silence: .seconds(35))))
    for _ in 0..<29 {
      channel.embeddedEventLoop.advanceTime(by: .seconds(1))
      try channel.writeInbound(ByteBuffer(bytes: [22]))
      #expect(channel.isActive)
    }
    channel.embeddedEventLoop.advanceTime(by: .seconds(1))
    #expect(!channel.isActive)
  }

  @Test("afterwards it is open for as long as something comes, and no longer")
  func silence() throws {
    let silence = SilenceGuard(SilenceLimits(opening: .seconds(30), silence: .seconds(35)))
    let channel = try Self.channel(silence)
    channel.embeddedEventLoop.advanceTime(by: .seconds(29))
    silence.opened()
    for _ in 0..<100 {
      try channel.writeInbound(ByteBuffer(bytes: [0]))
      channel.embeddedEventLoop.advanceTime(by: .seconds(34))
      #expect(channel.isActive)
    }
    channel.embeddedEventLoop.advanceTime(by: .seconds(1))
    #expect(!channel.isActive)
  }

  @Test("a peer that answers PINGs never meets it, and an agent gives its dial up first")
  func limits() {
    let limits = SilenceLimits()
    #expect(limits.opening > .seconds(20))
    // Keepalive's time and timeout.
    #expect(limits.silence > .seconds(20 + 10))
  }

  @Test("TCP without a word, and TLS with a good certificate and nothing after it: either is closed")
  func closed() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start(silence: SilenceLimits(opening: .seconds(1), silence: .seconds(1)))
    let port = try fixture.listeningPort
    let plain = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: "127.0.0.1", port: port).get()
    let node = try fixture.acme.issue("node-a")
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateVerification = .none
    configuration.applicationProtocols = ["h2"]
    configuration.certificateChain = [
      .certificate(try NIOSSLCertificate(bytes: Array(try node.certificatePEM.utf8), format: .pem))
    ]
    configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(node.keyPEM.utf8), format: .pem))
    let context = try NIOSSLContext(configuration: configuration)
    let secure = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let handler = try NIOSSLClientHandler(context: context, serverHostname: nil)
          try channel.pipeline.syncOperations.addHandler(handler)
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
    try await fixture.wait { !plain.isActive && !secure.isActive }
    #expect(!plain.isActive)
    #expect(!secure.isActive)
    #expect(fixture.events(.handshakeRefused).isEmpty)
    await fixture.kill()
  }
}
