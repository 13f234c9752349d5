import Crypto
import Foundation
import NIOPosix
import NIOSSL
import OpenBao
import OpenBaoDouble
import PKI
import SwiftASN1
import TestSupport
import X509

/// The double of OpenBao in this process, with the organisations acme and other, and a node that wants a certificate.
final class Fixture: Sendable {
  static let node = "worker-1.acme.example"
  static let fingerprint = "lowlayer://worker-1.acme.example/fingerprint/00ff"

  let folder: TemporaryFolder
  let demo: OpenBaoDemo

  init() async throws {
    folder = try TemporaryFolder()
    demo = try await OpenBaoDemo.start(
      folder: folder.url.appendingPathComponent("demo").path, listener: "127.0.0.1:\(try FreePort.take())",
      organizations: [.init(name: "acme", domain: "acme.example"), .init(name: "other", domain: "other.example")])
  }

  var address: OpenBaoAddress { get throws { try OpenBaoAddress(demo.address) } }

  func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  func endpoint(
    _ addresses: [OpenBaoAddress]? = nil, namespace: String? = nil, patience: Duration = .seconds(20)
  ) throws -> OpenBaoEndpoint {
    try OpenBaoEndpoint(
      addresses: try addresses ?? [address], serverName: OpenBaoDemo.serverName, anchors: demo.serverAnchors,
      namespace: namespace, patience: patience, deadline: patience * 3)
  }

  func faults(_ lines: String...) throws {
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: demo.faultsFile), options: .atomic)
  }

  /// A client that is shut down when `body` has ended.
  @discardableResult
  func withClient<Result>(
    _ endpoint: OpenBaoEndpoint? = nil, identity: ClientIdentity? = nil,
    _ body: (OpenBaoClient) async throws -> Result
  ) async throws -> Result {
    let client = OpenBaoClient(
      try endpoint ?? self.endpoint(), identity: identity, group: MultiThreadedEventLoopGroup.singleton)
    do {
      let result = try await body(client)
      await client.shutDown()
      return result
    } catch {
      await client.shutDown()
      throw error
    }
  }

  /// The login by a fresh service account token.
  func kubernetes(
    role: String = "agent-acme", audience: String = OpenBaoDemo.audience, lifetime: Int = 600
  ) throws -> LoginMethod {
    let token = try demo.serviceAccountToken(audience: audience, lifetime: lifetime)
    return .kubernetes(mount: "kubernetes", role: role, token: try Secret.bytes(token))
  }

  /// A certification request with its key.
  func request(
    _ key: P256.Signing.PrivateKey, commonName: String = Fixture.node, names: [GeneralName]? = nil
  ) throws -> SigningRequest {
    let names = names ?? [.dnsName(commonName), .uniformResourceIdentifier(Self.fingerprint)]
    let csr = try CertificateSigningRequest(
      version: .v1, subject: DistinguishedName { CommonName(commonName) }, privateKey: .init(key),
      attributes: .init([.init(ExtensionRequest(extensions: .init { SubjectAlternativeNames(names) }))]),
      signatureAlgorithm: .ecdsaWithSHA256)
    var serializer = DER.Serializer()
    try serializer.serialize(csr)
    return SigningRequest(mount: "pki-org-acme", role: "agent", csr: serializer.serializedBytes)
  }

  /// A certificate that OpenBao has just issued, and its key, to log in with.
  func identity(
    _ key: P256.Signing.PrivateKey, lifetime: Duration? = nil
  ) async throws -> (
    ClientIdentity, SignedCertificate
  ) {
    var request = try request(key)
    request.lifetime = lifetime
    let signed = try await withClient { client in
      try await client.sign(request, token: try await client.logIn(try kubernetes()))
    }
    return (
      ClientIdentity(
        chain: try signed.presented.map { .certificate(try NIOSSLCertificate(bytes: $0.der, format: .der)) },
        key: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.pemRepresentation.utf8), format: .pem))), signed
    )
  }

  func anchors(_ organization: String = "acme") throws -> [IssuedCertificate] {
    try IssuedCertificate.all(in: Array(Data(contentsOf: URL(fileURLWithPath: demo.anchors(of: organization)))))
  }
}
