import Crypto
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import LicenseProtocol
import NIOCore
import NIOPosix
import NIOSSL
import NodeIdentity
import SwiftASN1
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing
import X509

@testable import NodeAgent

/// An issuer, which is its own anchor, and what it issued.
private struct Issuer {
  let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
  let name: DistinguishedName
  let certificate: Certificate

  init(_ commonName: String) throws {
    name = try DistinguishedName { CommonName(commonName) }
    certificate = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: key.publicKey, notValidBefore: Date() - 3600,
      notValidAfter: Date() + 86_400, issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try .init {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
      }, issuerPrivateKey: key)
  }

  func leaf(
    _ publicKey: Certificate.PublicKey, names: [GeneralName], for usage: ExtendedKeyUsage.Usage
  ) throws -> Certificate {
    try Certificate(
      version: .v3, serialNumber: .init(), publicKey: publicKey, notValidBefore: Date() - 3600,
      notValidAfter: Date() + 86_400, issuer: name, subject: try DistinguishedName { CommonName("leaf") },
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try .init {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([usage])
        SubjectAlternativeNames(names)
      }, issuerPrivateKey: key)
  }
}

extension Certificate {
  fileprivate var der: [UInt8] {
    get throws {
      var serializer = DER.Serializer()
      try serializer.serialize(self)
      return serializer.serializedBytes
    }
  }
}

/// Takes a Hello, and notes whose certificate came with it.
private struct Greeter: Lowlayer_Agent_V1_OperatorService.SimpleServiceProtocol {
  func session(
    request: RPCAsyncSequence<NodeMessage, any Error>, response: RPCWriter<OperatorMessage>, context: ServerContext
  ) async throws {
    for try await message in request where !message.hello.instance.isEmpty {
      try await response.write(.with { $0.refusal.message = "hello" })
      return
    }
  }
}

/// What a server saw of a client: how many certificates, and how many bytes after the handshake.
private final class Sightings: Sendable {
  private let counts = Mutex((certificates: 0, bytes: 0))

  func add(certificates: Int = 0, bytes: Int = 0) {
    counts.withLock {
      $0.certificates += certificates
      $0.bytes += bytes
    }
  }

  var isEmpty: Bool { counts.withLock { $0 == (certificates: 0, bytes: 0) } }
}

/// Counts what comes out of TLS, and hangs up.
private final class SightingHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let sightings: Sightings

  init(_ sightings: Sightings) { self.sightings = sightings }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    sightings.add(bytes: unwrapInboundIn(data).readableBytes)
    context.close(promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

@Suite("The way to the operator", .timeLimit(.minutes(2)))
struct OperatorTLSTests {
  private static let now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }

  /// What a node shows that `issuer` knows.
  private static func credentials(of issuer: Issuer) throws -> SessionCredentials {
    let key = try NodeKey.makeForFile()
    let leaf = try issuer.leaf(key.publicKey, names: [.dnsName("worker-1")], for: .clientAuth)
    return SessionCredentials(
      shown: try NodeCertificate(key: key, chain: [leaf]), certificate: try leaf.der, keys: [],
      identity: SessionIdentity(
        instance: [UInt8](repeating: 3, count: 16), agentVersion: "1", assurance: .fileKey, hardware: .init()),
      offer: { _ in .init() }, answer: { _, _, _ in .init() })
  }

  /// What the operator said to a node that dialled `name` and believes `anchor`, where the server's certificate is for
  /// `operator.test` and 127.0.0.1.
  private func dial(name: String?, trustingOther: Bool = false) async throws -> (String, certificate: Bool) {
    let (issuer, other) = (try Issuer("platform"), try Issuer("other"))
    let serverKey = P256.Signing.PrivateKey()
    let server = try issuer.leaf(
      Certificate.PublicKey(serverKey.publicKey),
      names: [.dnsName("operator.test"), .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1]))], for: .serverAuth)
    let serverDER = try server.der
    let issuerDER = try issuer.certificate.der
    let grpc = GRPCServer(
      transport: .http2NIOPosix(
        address: .ipv4(host: "127.0.0.1", port: 0),
        transportSecurity: .mTLS(
          certificateChain: [.bytes(serverDER, format: .der)],
          privateKey: .bytes(Array(serverKey.derRepresentation), format: .der)
        ) { $0.trustRoots = .certificates([.bytes(issuerDER, format: .der)]) }), services: [Greeter()])
    let folder = try TemporaryFolder()
    let anchor = trustingOther ? other.certificate : issuer.certificate
    let anchors = try folder.write(try anchor.serializeAsPEM().pemString, to: "anchors.pem").path
    let credentials = try Self.credentials(of: issuer)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let heard = Mutex(("", false))
    let result: Result<Void, any Error>
    do {
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await grpc.serve() }
        let port = try #require(try await grpc.listeningAddress?.ipv4?.port)
        let connector = OperatorConnector.tls(
          to: OperatorEndpoint(host: "127.0.0.1", port: port, name: name, anchors: anchors, tokenFile: nil),
          group: group, now: Self.now)
        do {
          try await connector.withService(credentials) { service, peer in
            try await service.session(
              requestProducer: { try await $0.write(.with { $0.hello.instance = Data([1]) }) },
              onResponse: { response in
                for try await message in response.messages {
                  heard.withLock { $0 = (message.refusal.message, peer().certificate == serverDER) }
                }
              })
          }
        } catch {
          heard.withLock { $0 = ("\(error)", false) }
        }
        grpc.beginGracefulShutdown()
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    try await group.shutdownGracefully()
    try result.get()
    return heard.withLock { $0 }
  }

  @Test("an operator with the configured anchor and name is spoken to, and its certificate is known")
  func accepted() async throws {
    let (words, isKnown) = try await dial(name: "operator.test")
    #expect(words == "hello")
    #expect(isKnown)
  }

  @Test("another name is refused although the address is in the certificate")
  func wrongName() async throws {
    let words = try await dial(name: "elsewhere.test").0
    #expect(words.contains("whoever answered is not the operator"))
    #expect(words.contains("elsewhere.test") || words.contains("name"))
  }

  @Test("another issuer's certificate is refused, and both are named")
  func wrongIssuer() async throws {
    let words = try await dial(name: "operator.test", trustingOther: true).0
    #expect(words.contains("whoever answered is not the operator"))
    #expect(words.contains("platform") && words.contains("other"))
  }

  @Test("without a name the address itself has to be in the certificate")
  func address() async throws {
    #expect(try await dial(name: nil).0 == "hello")
  }

  @Test("an operator that speaks no TLS 1.3 is refused in words, and sees neither the node's certificate nor a Hello")
  func oldVersion() async throws {
    let issuer = try Issuer("platform")
    let key = P256.Signing.PrivateKey()
    let leaf = try issuer.leaf(
      Certificate.PublicKey(key.publicKey), names: [.dnsName("operator.test")], for: .serverAuth)
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: [.certificate(try NIOSSLCertificate(bytes: try leaf.der, format: .der))],
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.derRepresentation), format: .der)))
    configuration.maximumTLSVersion = .tlsv12
    configuration.certificateVerification = .noHostnameVerification
    configuration.trustRoots = .certificates([try NIOSSLCertificate(bytes: try issuer.certificate.der, format: .der)])
    configuration.applicationProtocols = ["h2"]
    let context = try NIOSSLContext(configuration: configuration)
    let sightings = Sightings()
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let listener = try await ServerBootstrap(group: group)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers(
            NIOSSLServerHandler(
              context: context,
              customVerificationCallback: { certificates, promise in
                sightings.add(certificates: certificates.count)
                promise.succeed(.certificateVerified)
              }),
            SightingHandler(sightings))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let folder = try TemporaryFolder()
    let anchors = try folder.write(try issuer.certificate.serializeAsPEM().pemString, to: "anchors.pem").path
    let credentials = try Self.credentials(of: issuer)
    let connector = OperatorConnector.tls(
      to: OperatorEndpoint(
        host: "127.0.0.1", port: listener.localAddress?.port ?? 0, name: "operator.test", anchors: anchors,
        tokenFile: nil), group: group, now: Self.now)
    let end = await #expect(throws: SessionEnd.self) {
      try await connector.withService(credentials) { service, _ in
        try await service.session(
          requestProducer: { try await $0.write(.with { $0.hello.instance = Data([1]) }) },
          onResponse: { response in for try await _ in response.messages {} })
      }
    }
    try await listener.close()
    try await group.shutdownGracefully()
    #expect(end == .unverified("it does not speak TLS 1.3, which the license protocol asks for"))
    #expect(sightings.isEmpty)
    // Read for the connection.
    withExtendedLifetime(folder) {}
  }
}
