import Crypto
import Foundation
import NIOSSL
import SwiftASN1
import TestSupport
import X509

/// A certificate authority of a test, and what it issues.
struct TestAuthority {
  let name: DistinguishedName
  let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
  let certificate: Certificate

  /// A certificate with its key.
  struct Issued {
    let certificate: Certificate
    let key: Certificate.PrivateKey

    var certificatePEM: String { get throws { try certificate.serializeAsPEM().pemString } }
    var keyPEM: String { get throws { try key.serializeAsPEM().pemString } }

    var server: (chain: [NIOSSLCertificate], key: NIOSSLPrivateKey) {
      get throws {
        (
          try NIOSSLCertificate.fromPEMBytes(Array(certificatePEM.utf8)),
          try NIOSSLPrivateKey(bytes: Array(keyPEM.utf8), format: .pem)
        )
      }
    }
  }

  var certificatePEM: String { get throws { try certificate.serializeAsPEM().pemString } }

  init(_ commonName: String = "test authority") throws {
    name = try DistinguishedName { CommonName(commonName) }
    certificate = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: key.publicKey, notValidBefore: .now - 3600 * 24 * 400,
      notValidAfter: .now + 3600 * 24, issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
      }, issuerPrivateKey: key)
  }

  /// Issues a leaf for servers and clients; a name may be an IPv4 address. Without `names` it has no subject alternative name at all.
  func issue(_ commonName: String, names: [String], validFor seconds: TimeInterval = 3600) throws -> Issued {
    let leaf = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let alternatives = SubjectAlternativeNames(
      names.map { name in
        let bytes = name.split(separator: ".").compactMap { UInt8($0) }
        return bytes.count == 4 ? .ipAddress(ASN1OctetString(contentBytes: bytes[...])) : .dnsName(name)
      })
    let subject = try DistinguishedName { CommonName(commonName) }
    let issued = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: leaf.publicKey, notValidBefore: .now - 3600 * 24 * 300,
      notValidAfter: .now + seconds, issuer: name, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        KeyUsage(digitalSignature: true)
        try ExtendedKeyUsage([.serverAuth, .clientAuth])
        if !names.isEmpty { alternatives }
      }, issuerPrivateKey: key)
    return Issued(certificate: issued, key: leaf)
  }
}
