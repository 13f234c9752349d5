import Crypto
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import PKI
import SwiftASN1
import X509

/// The other end of a connection, as its certificate has it. The chain was judged in the handshake.
struct Peer: Sendable, Hashable {
  /// Who has the key of a node's certificate: the same node with each certificate that is made for that key.
  struct Holder: Sendable, Hashable {
    var organisation: String
    var name: String
    var publicKeyDER: [UInt8]
  }

  /// The issuer's name.
  var organisation: String
  /// The certificate's common name.
  var name: String
  /// The certificate's serial number in lower-case hexadecimal.
  var serial: String
  /// Until when the certificate is valid, in seconds since 1970.
  var notAfter: Int64
  /// The certificate's key, as a DER SubjectPublicKeyInfo.
  var publicKeyDER: [UInt8]
  /// The certificate in DER.
  var certificate: [UInt8]
  /// SHA-256 of the key.
  var keyDigest: [UInt8] { Array(SHA256.hash(data: publicKeyDER)) }
  /// Whose key it is.
  var holder: Holder { Holder(organisation: organisation, name: name, publicKeyDER: publicKeyDER) }

  init(organisation: String, leaf: IssuedCertificate) {
    self.organisation = organisation
    name = leaf.commonName
    serial = leaf.serial
    notAfter = leaf.notAfter
    publicKeyDER = leaf.publicKeyDER
    certificate = leaf.der
  }

  /// The peer of a call; `nil` where the handshake left no judged chain, as a resumed one would, or its organisation
  /// has
  /// gone since.
  init?(_ context: ServerContext, organisations: Organisations) {
    guard let transport = context.transportSpecific as? HTTP2ServerTransport.Posix.Context,
      let chain = transport.peerCertificateChain, let anchor = Array(chain).last,
      let anchorDER = try? Self.der(anchor), let leafDER = try? Self.der(chain.leaf),
      let organisation = organisations.organisation(anchoredAt: anchorDER),
      let leaf = try? IssuedCertificate(der: leafDER), !leaf.publicKeyDER.isEmpty
    else { return nil }
    self.init(organisation: organisation.name, leaf: leaf)
  }

  private static func der(_ certificate: Certificate) throws -> [UInt8] {
    var serializer = DER.Serializer()
    try serializer.serialize(certificate)
    return serializer.serializedBytes
  }
}
