public import NIOSSL
import SwiftASN1
public import X509

/// What a TLS configuration takes of the node's identity, for any client or server on NIOSSL.
///
/// For grpc-swift-nio-transport, whose own TLS goes down to 1.2: `.customSecure`, with a handler that is made of
/// ``clientConfiguration`` and ``PeerVerifier/callback(refused:)``.
public struct TLSIdentity: Sendable {
  /// The key, as `NIOSSLCustomPrivateKey`.
  public let key: NodeKey
  /// The chain, leaf first.
  public let certificateChain: [NIOSSLCertificateSource]
  /// The key's source.
  public let privateKey: NIOSSLPrivateKeySource
  /// The anchors: issuers' self-signed twins. Always set: without any, NIOSSL would take the system's, and fail where an
  /// image has none.
  public let trustRoots: NIOSSLTrustRoots

  /// The pieces for a certificate and the anchors that peers are verified against.
  public init(_ certificate: NodeCertificate, anchors: [Certificate]) throws(NodeIdentityError) {
    key = certificate.key
    let chainDER = try Self.der(certificate.chain)
    let anchorsDER = try Self.der(anchors)
    do {
      certificateChain = try chainDER.map { .certificate(try NIOSSLCertificate(bytes: $0, format: .der)) }
      trustRoots = .certificates(try anchorsDER.map { try NIOSSLCertificate(bytes: $0, format: .der) })
    } catch {
      throw .certificate("it cannot be used for TLS: \(error)")
    }
    privateKey = .privateKey(NIOSSLPrivateKey(customPrivateKey: certificate.key))
  }

  /// A client's configuration: at least TLS 1.3, the peer fully verified. NIOSSL alone takes a wrong name where an
  /// address fits, so a ``PeerVerifier`` belongs beside it.
  public var clientConfiguration: TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv13
    configuration.certificateVerification = .fullVerification
    configuration.trustRoots = trustRoots
    configuration.certificateChain = certificateChain
    configuration.privateKey = privateKey
    return configuration
  }

  /// A server's configuration that asks for client certificates: at least TLS 1.3.
  public var serverConfiguration: TLSConfiguration {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: certificateChain, privateKey: privateKey)
    configuration.minimumTLSVersion = .tlsv13
    configuration.certificateVerification = .noHostnameVerification
    configuration.trustRoots = trustRoots
    return configuration
  }

  private static func der(_ certificates: [Certificate]) throws(NodeIdentityError) -> [[UInt8]] {
    var result: [[UInt8]] = []
    for certificate in certificates {
      do {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        result.append(serializer.serializedBytes)
      } catch {
        throw .certificate("it cannot be written: \(error)")
      }
    }
    return result
  }
}
