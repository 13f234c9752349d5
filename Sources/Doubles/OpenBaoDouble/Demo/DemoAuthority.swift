import Crypto
import Foundation
import SwiftASN1
import X509

/// An authority of the demo's own, with a key that nothing protects.
struct DemoAuthority {
  let certificate: Certificate
  /// The same name and key, signed by itself: what verifiers anchor at.
  let twin: Certificate
  /// What signed it, and so on.
  let above: [Certificate]
  private let key: P256.Signing.PrivateKey

  /// An authority below `parent`, or at the top. `domain` binds it, critically, to names there, as the desk binds organisations.
  init(_ name: String, below parent: DemoAuthority? = nil, domain: String? = nil) throws {
    let key = P256.Signing.PrivateKey()
    let subject = try DistinguishedName { CommonName(name) }
    let publicKey = Certificate.PublicKey(key.publicKey)
    let extensions = try Certificate.Extensions {
      Critical(BasicConstraints.isCertificateAuthority(maxPathLength: parent == nil ? 1 : 0))
      Critical(KeyUsage(keyCertSign: true, cRLSign: true))
      SubjectKeyIdentifier(hash: publicKey)
      if let domain {
        Critical(
          NameConstraints(
            permittedSubtrees: [
              .dnsName(domain), .uniformResourceIdentifier(domain), .uniformResourceIdentifier("." + domain),
            ],
            excludedSubtrees: [8, 32].map {
              .ipAddress(ASN1OctetString(contentBytes: [UInt8](repeating: 0, count: $0)[...]))
            }))
      }
    }
    let made = { (issuer: DistinguishedName, issuerKey: P256.Signing.PrivateKey) in
      try Certificate(
        version: .v3, serialNumber: .init(), publicKey: publicKey, notValidBefore: Date(timeIntervalSinceNow: -3600),
        notValidAfter: Date(timeIntervalSinceNow: 365 * 86_400), issuer: issuer, subject: subject,
        signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions, issuerPrivateKey: .init(issuerKey))
    }
    self.key = key
    twin = try made(subject, key)
    certificate = try parent.map { try made($0.certificate.subject, $0.key) } ?? twin
    above = parent.map { [$0.certificate] + $0.above } ?? []
  }

  /// It, its key and what is above it, as the engine imports them.
  var bundle: String {
    get throws { try ([certificate] + above).map { try $0.pem + "\n" }.joined() + key.pemRepresentation + "\n" }
  }

  /// A leaf with its key, in one text.
  func leaf(_ commonName: String, names: [GeneralName] = [], isServer: Bool) throws -> String {
    let leafKey = P256.Signing.PrivateKey()
    let publicKey = Certificate.PublicKey(leafKey.publicKey)
    let leaf = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: publicKey, notValidBefore: Date(timeIntervalSinceNow: -3600),
      notValidAfter: Date(timeIntervalSinceNow: 90 * 86_400), issuer: certificate.subject,
      subject: try DistinguishedName { CommonName(commonName) }, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([isServer ? .serverAuth : .clientAuth])
        SubjectKeyIdentifier(hash: publicKey)
        AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: certificate.publicKey).keyIdentifier)
        if !names.isEmpty { SubjectAlternativeNames(names) }
      }, issuerPrivateKey: .init(key))
    return try leaf.pem + "\n" + leafKey.pemRepresentation + "\n"
  }
}
