import Crypto
import Foundation
import NodeIdentity
import SwiftASN1
import X509

/// Authorities of a test: a root, below it an issuer, and that issuer's self-signed twin, which verifiers anchor at.
struct TestIssuer {
  let key: Certificate.PrivateKey
  let name: DistinguishedName
  /// Signed by the root.
  let certificate: Certificate
  /// Signed by itself: same key, same name.
  let twin: Certificate

  /// The root of all issuers of the tests.
  private static let rootKey = Certificate.PrivateKey(P256.Signing.PrivateKey())

  init(_ commonName: String) throws {
    let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let name = try DistinguishedName { CommonName(commonName) }
    let rootName = try DistinguishedName { CommonName("test root") }
    func authority(_ issuer: DistinguishedName, _ signer: Certificate.PrivateKey) throws -> Certificate {
      try Certificate(
        version: .v3, serialNumber: .init(), publicKey: key.publicKey, notValidBefore: .now - 86_400 * 400,
        notValidAfter: .now + 86_400, issuer: issuer, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
        extensions: try .init {
          Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
          Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        }, issuerPrivateKey: signer)
    }
    self.key = key
    self.name = name
    certificate = try authority(rootName, Self.rootKey)
    twin = try authority(name, key)
  }

  /// A leaf for that public key, with its issuer behind it.
  func issue(
    _ publicKey: Certificate.PublicKey, names: [GeneralName] = [],
    usages: [ExtendedKeyUsage.Usage] = [.clientAuth, .serverAuth], notBefore: Date = .now - 3600,
    notAfter: Date = .now + 3600
  ) throws -> [Certificate] {
    let leaf = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: publicKey, notValidBefore: notBefore, notValidAfter: notAfter,
      issuer: name, subject: try DistinguishedName { CommonName("node-1") }, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try .init {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        if !usages.isEmpty { try ExtendedKeyUsage(usages) }
        if !names.isEmpty { SubjectAlternativeNames(names) }
      }, issuerPrivateKey: key)
    return [leaf, certificate]
  }

  /// The same for a node's key.
  func certificate(
    _ key: NodeKey, names: [GeneralName] = [], notBefore: Date = .now - 3600, notAfter: Date = .now + 3600
  ) throws -> NodeCertificate {
    try NodeCertificate(
      key: key, chain: try issue(key.publicKey, names: names, notBefore: notBefore, notAfter: notAfter))
  }
}

extension GeneralName {
  /// 127.0.0.1.
  static let loopback = GeneralName.ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1]))
}

/// Now, in seconds since 1970.
var secondsNow: Int64 { Int64(Date.now.timeIntervalSince1970) }
