import Crypto
import Foundation
import PKI
import PrivateKeys
import SwiftASN1
import X509

/// Makes certificates that the room under test would not make.
struct Mint {
  /// Organization, organizational unit and common name in this order, where they are.
  var organization: String?
  var commonName: String
  var key: PrivateKey
  var issuer: IssuedCertificate
  var issuerKey: PrivateKey
  var notBefore = TestHierarchy.now - 60
  var notAfter = TestHierarchy.now + 86_400
  var pathLength: Int??
  var keyUsage: KeyUsage?
  var usages: [ExtendedKeyUsage.Usage] = [.clientAuth]
  var names: [GeneralName] = []
  var strange: [Certificate.Extension] = []

  func certificate() throws -> IssuedCertificate {
    let above = try Certificate(derEncoded: issuer.der)
    var subject: [RelativeDistinguishedName] = []
    for (type, value) in [
      (ASN1ObjectIdentifier.RDNAttributeType.organizationName, organization),
      (.RDNAttributeType.commonName, commonName),
    ] {
      guard let value else { continue }
      subject.append(.init(.init(type: type, value: .init(utf8String: value))))
    }
    let constraints: BasicConstraints =
      if let pathLength { .isCertificateAuthority(maxPathLength: pathLength) } else { .notCertificateAuthority }
    let isAuthority = pathLength != nil
    let keyUsage =
      keyUsage ?? (isAuthority ? KeyUsage(keyCertSign: true, cRLSign: true) : KeyUsage(digitalSignature: true))
    let publicKey = try Certificate.PublicKey(derEncoded: key.publicKeyDER)
    let extensions = try Certificate.Extensions {
      Critical(constraints)
      Critical(keyUsage)
      if !isAuthority { try ExtendedKeyUsage(usages) }
      SubjectKeyIdentifier(hash: publicKey)
      if let above = try above.extensions.subjectKeyIdentifier {
        AuthorityKeyIdentifier(keyIdentifier: above.keyIdentifier)
      }
      if !names.isEmpty { SubjectAlternativeNames(names) }
      for extra in strange { extra }
    }
    let signer =
      switch issuerKey.key {
      case .p256(let key): Certificate.PrivateKey(key)
      case .p384(let key): Certificate.PrivateKey(key)
      }
    let certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey,
      notValidBefore: Date(timeIntervalSince1970: Double(notBefore)),
      notValidAfter: Date(timeIntervalSince1970: Double(notAfter)), issuer: above.subject,
      subject: DistinguishedName(subject), extensions: extensions, issuerPrivateKey: signer)
    var serializer = DER.Serializer()
    try serializer.serialize(certificate)
    return try IssuedCertificate(der: serializer.serializedBytes)
  }
}
