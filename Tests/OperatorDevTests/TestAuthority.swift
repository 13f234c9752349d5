import Crypto
import Foundation
import SwiftASN1
import X509

/// An issuer of the hierarchy, made without the code under test: its self-signed twin, and what it issues.
struct TestAuthority: Sendable {
  /// A certificate with its key.
  struct Issued: Sendable {
    let certificate: Certificate
    let key: P256.Signing.PrivateKey

    var certificatePEM: String { get throws { try certificate.serializeAsPEM().pemString + "\n" } }
    var keyPEM: String { key.pemRepresentation + "\n" }
    var der: [UInt8] {
      get throws {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
      }
    }
    var publicKeyDER: [UInt8] { Array(key.publicKey.derRepresentation) }
    var serial: String {
      certificate.serialNumber.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
  }

  let commonName: String
  private let key: P256.Signing.PrivateKey
  let certificate: Certificate

  init(_ commonName: String) throws {
    self.commonName = commonName
    let key = P256.Signing.PrivateKey()
    self.key = key
    let name = try DistinguishedName { CommonName(commonName) }
    certificate = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey), notValidBefore: .now - 86_400,
      notValidAfter: .now + 86_400 * 400, issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey))
      }, issuerPrivateKey: .init(key))
  }

  var pem: String { get throws { try certificate.serializeAsPEM().pemString + "\n" } }
  var keyPEM: String { key.pemRepresentation + "\n" }

  /// A leaf in DER for a key that is elsewhere: its SubjectPublicKeyInfo.
  func issue(
    _ commonName: String, publicKeyDER: [UInt8], validFor seconds: TimeInterval = 86_400
  ) throws -> [UInt8] {
    let issued = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: try Certificate.PublicKey(derEncoded: publicKeyDER),
      notValidBefore: .now - 7200, notValidAfter: .now + seconds, issuer: certificate.subject,
      subject: try DistinguishedName { CommonName(commonName) }, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: Certificate.Extensions(), issuerPrivateKey: .init(key))
    var serializer = DER.Serializer()
    try serializer.serialize(issued)
    return serializer.serializedBytes
  }

  /// A leaf for servers and clients: `commonName`, and it or 127.0.0.1 as alternative names.
  func issue(
    _ commonName: String, key leaf: P256.Signing.PrivateKey = .init(), validFor seconds: TimeInterval = 86_400 * 300
  ) throws -> Issued {
    let names: [GeneralName] = [
      .dnsName(commonName), .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
    ]
    let issued = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(leaf.publicKey), notValidBefore: .now - 7200,
      notValidAfter: .now + seconds, issuer: certificate.subject,
      subject: try DistinguishedName { CommonName(commonName) }, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        KeyUsage(digitalSignature: true)
        try ExtendedKeyUsage([.serverAuth, .clientAuth])
        SubjectAlternativeNames(names)
      }, issuerPrivateKey: .init(key))
    return Issued(certificate: issued, key: leaf)
  }
}
