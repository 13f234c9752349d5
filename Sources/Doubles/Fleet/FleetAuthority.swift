import Crypto
import FoundationEssentials
import NodeIdentity
import SwiftASN1
import X509

/// The issuer of the fleet's nodes, which is their organisation.
struct FleetAuthority {
  static let name = "org-fleet"

  private let certificate: Certificate
  private let key = P256.Signing.PrivateKey()

  init() throws {
    let subject = try DistinguishedName { CommonName(Self.name) }
    let publicKey = Certificate.PublicKey(key.publicKey)
    certificate = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: publicKey, notValidBefore: .now - 3600,
      notValidAfter: .now + 86_400, issuer: subject, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        SubjectKeyIdentifier(hash: publicKey)
      }, issuerPrivateKey: .init(key))
  }

  /// The issuer's own certificate: what its nodes' chains are anchored at.
  var pem: String { get throws { try certificate.serializeAsPEM().pemString + "\n" } }

  /// Puts a key in a file and its certificate where the agent of that node looks for them.
  func enroll(_ node: String, in folder: String) throws {
    let nodeKey = try NodeKey.makeForFile()
    let leaf = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: nodeKey.publicKey, notValidBefore: .now - 3600,
      notValidAfter: .now + 86_400, issuer: certificate.subject,
      subject: try DistinguishedName { CommonName(node) }, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([.clientAuth])
        SubjectKeyIdentifier(hash: nodeKey.publicKey)
        AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: certificate.publicKey).keyIdentifier)
        SubjectAlternativeNames([.dnsName(node)])
      }, issuerPrivateKey: .init(key))
    let store = IdentityStore(folder: folder)
    try store.keep(pending: nodeKey)
    try store.keep(next: NodeCertificate(key: nodeKey, chain: [leaf]))
    try store.promote()
  }
}
