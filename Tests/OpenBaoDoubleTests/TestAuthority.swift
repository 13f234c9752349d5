import Crypto
import Foundation
import SwiftASN1
import X509

/// An issuer of these tests' own: self-signed, with what it issues.
struct TestAuthority {
  let name: String
  private let key = P256.Signing.PrivateKey()
  let certificate: Certificate

  init(_ name: String) throws {
    self.name = name
    let subject = try DistinguishedName { CommonName(name) }
    let publicKey = Certificate.PublicKey(key.publicKey)
    certificate = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: publicKey, notValidBefore: .now.addingTimeInterval(-3600),
      notValidAfter: .now.addingTimeInterval(5 * 365 * 86400), issuer: subject, subject: subject,
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        SubjectKeyIdentifier(hash: publicKey)
      }, issuerPrivateKey: .init(key))
  }

  var anchor: String { get throws { try certificate.serializeAsPEM().pemString + "\n" } }

  /// As the engine imports it.
  var bundle: String { get throws { try anchor + key.pemRepresentation + "\n" } }

  /// A certificate with its key, in one text.
  func leaf(
    _ commonName: String, unit: String? = nil, names: [GeneralName] = [], hours: Double = 240, isServer: Bool = false
  ) throws -> String {
    let leafKey = P256.Signing.PrivateKey()
    let publicKey = Certificate.PublicKey(leafKey.publicKey)
    let leaf = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: publicKey, notValidBefore: .now.addingTimeInterval(-3600),
      notValidAfter: .now.addingTimeInterval(hours * 3600), issuer: certificate.subject,
      subject: try DistinguishedName {
        if let unit { OrganizationalUnitName(unit) }
        CommonName(commonName)
      }, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([isServer ? .serverAuth : .clientAuth])
        SubjectKeyIdentifier(hash: publicKey)
        AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: certificate.publicKey).keyIdentifier)
        if !names.isEmpty { SubjectAlternativeNames(names) }
      }, issuerPrivateKey: .init(key))
    return try leaf.serializeAsPEM().pemString + "\n" + leafKey.pemRepresentation + "\n"
  }
}
