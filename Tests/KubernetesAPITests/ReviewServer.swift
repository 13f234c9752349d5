import Crypto
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import SwiftASN1
import Synchronization
import X509

/// Something that listens where an API server would, over TLS, and gives one recorded answer. It remembers what it
/// was told.
final class ReviewServer: Sendable {
  /// What is answered.
  enum Reply: Sendable {
    /// A status and a body.
    case answer(Int, String)
    /// Nothing, for ever.
    case stall
  }

  private let channel: any Channel
  private let told: Told

  init(_ serving: ServingAuthority.Serving, reply: Reply) async throws {
    let context = try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: [.certificate(serving.certificate)], privateKey: .privateKey(serving.key)))
    let told = Told()
    self.told = told
    channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers(
            NIOSSLServerHandler(context: context), Answering(told: told, reply: reply))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  var port: Int { channel.localAddress?.port ?? 0 }
  var received: String { told.text }
  func close() async throws { try await channel.close() }

  private final class Told: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    func add(_ more: [UInt8]) { bytes.withLock { $0 += more } }
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
  }

  private final class Answering: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let told: Told
    private let reply: Reply
    private var request = ""

    init(told: Told, reply: Reply) {
      self.told = told
      self.reply = reply
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let bytes = Array(unwrapInboundIn(data).readableBytesView)
      told.add(bytes)
      request += String(decoding: bytes, as: UTF8.self)
      guard case .answer(let status, let body) = reply, request.contains("\r\n\r\n"), request.hasSuffix("}") else {
        return
      }
      request = ""
      let text = "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
      context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(string: text)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}

/// An authority that issues serving certificates.
struct ServingAuthority {
  /// A certificate and its key, as NIOSSL takes them.
  struct Serving {
    let certificate: NIOSSLCertificate
    let key: NIOSSLPrivateKey
  }

  private let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
  private let name: DistinguishedName
  private let certificate: Certificate

  init() throws {
    name = try DistinguishedName { CommonName("kubernetes") }
    certificate = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: key.publicKey, notValidBefore: .now - 3600,
      notValidAfter: .now + 3600, issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
      }, issuerPrivateKey: key)
  }

  var pem: String { get throws { try certificate.serializeAsPEM().pemString } }

  /// A certificate for those IPv4 addresses.
  func issue(names: [String]) throws -> Serving {
    let leaf = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let addresses = names.map { text in
      GeneralName.ipAddress(ASN1OctetString(contentBytes: text.split(separator: ".").compactMap { UInt8($0) }[...]))
    }
    let issued = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: leaf.publicKey, notValidBefore: .now - 3600,
      notValidAfter: .now + 3600, issuer: name, subject: try DistinguishedName { CommonName("kube-apiserver") },
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        try ExtendedKeyUsage([.serverAuth])
        SubjectAlternativeNames(addresses)
      }, issuerPrivateKey: key)
    return Serving(
      certificate: try NIOSSLCertificate(bytes: Array(try issued.serializeAsPEM().pemString.utf8), format: .pem),
      key: try NIOSSLPrivateKey(bytes: Array(try leaf.serializeAsPEM().pemString.utf8), format: .pem))
  }
}
