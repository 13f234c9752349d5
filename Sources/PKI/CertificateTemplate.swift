import Crypto
import FoundationEssentials
import PrivateKeys
import SwiftASN1
import X509

/// What a certificate will say, before its issuer is known.
struct CertificateTemplate {
  var subject: DistinguishedName
  var publicKey: Certificate.PublicKey
  var notBefore: Int64
  var notAfter: Int64

  /// The same within its issuer's validity.
  func clipped(to issuer: IssuedCertificate) -> CertificateTemplate {
    var clipped = self
    clipped.notBefore = max(notBefore, issuer.notBefore)
    clipped.notAfter = min(notAfter, issuer.notAfter)
    return clipped
  }

  /// The certificate, signed with `key`, which the authority key identifier names too.
  func signed(
    extensions: [any CertificateExtensionConvertible], issuer: DistinguishedName, key: PrivateKey
  ) throws(PKIError) -> IssuedCertificate {
    let certificate: Certificate
    do {
      let issuerKey = SubjectKeyIdentifier(hash: key.libraryPublicKey).keyIdentifier
      var all = try extensions.map { try $0.makeCertificateExtension() }
      all.append(try Certificate.Extension(SubjectKeyIdentifier(hash: publicKey), critical: false))
      all.append(try Certificate.Extension(AuthorityKeyIdentifier(keyIdentifier: issuerKey), critical: false))
      certificate = try Certificate(
        version: .v3, serialNumber: Self.serialNumber(), publicKey: publicKey,
        notValidBefore: Date(timeIntervalSince1970: Double(notBefore)),
        notValidAfter: Date(timeIntervalSince1970: Double(notAfter)), issuer: issuer, subject: subject,
        signatureAlgorithm: key.signatureAlgorithm, extensions: try Certificate.Extensions(all),
        issuerPrivateKey: key.libraryKey)
    } catch {
      throw PKIError.signing("\(error)")
    }
    return try IssuedCertificate(certificate)
  }

  /// What only authorities carry.
  static func authority(
    pathLength: Int?, constraints: NameConstraints?
  ) -> [any CertificateExtensionConvertible] {
    var extensions: [any CertificateExtensionConvertible] = [
      Critical(BasicConstraints.isCertificateAuthority(maxPathLength: pathLength)),
      Critical(KeyUsage(keyCertSign: true, cRLSign: true)),
    ]
    if let constraints { extensions.append(Critical(constraints)) }
    return extensions
  }

  /// What only leaves carry.
  static func leaf(_ profile: LeafProfile) throws(PKIError) -> [any CertificateExtensionConvertible] {
    let usages: ExtendedKeyUsage
    do {
      usages = try ExtendedKeyUsage(
        profile.usages.map { usage -> ExtendedKeyUsage.Usage in
          switch usage {
          case .client: .clientAuth
          case .server: .serverAuth
          }
        })
    } catch {
      throw PKIError.signing("\(error)")
    }
    var extensions: [any CertificateExtensionConvertible] = [
      Critical(BasicConstraints.notCertificateAuthority), Critical(KeyUsage(digitalSignature: true)), usages,
    ]
    let names: [GeneralName] =
      profile.dnsNames.map { .dnsName($0) }
      + profile.addresses.map { .ipAddress(ASN1OctetString(contentBytes: $0[...])) }
    if !names.isEmpty { extensions.append(SubjectAlternativeNames(names)) }
    return extensions
  }

  /// 16 random bytes of which the first is neither zero nor over 0x7F: positive and of one length (RFC 5280, section 4.1.2.2).
  private static func serialNumber() -> Certificate.SerialNumber {
    var generator = SystemRandomNumberGenerator()
    var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    bytes[0] = bytes[0] & 0x7F | 0x40
    return Certificate.SerialNumber(bytes: bytes)
  }
}

extension PrivateKey {
  var libraryKey: Certificate.PrivateKey {
    switch key {
    case .p256(let key): Certificate.PrivateKey(key)
    case .p384(let key): Certificate.PrivateKey(key)
    }
  }

  var libraryPublicKey: Certificate.PublicKey {
    switch key {
    case .p256(let key): Certificate.PublicKey(key.publicKey)
    case .p384(let key): Certificate.PublicKey(key.publicKey)
    }
  }

  /// The hash is as long as the curve's order.
  var signatureAlgorithm: Certificate.SignatureAlgorithm {
    switch curve {
    case .p256: .ecdsaWithSHA256
    case .p384: .ecdsaWithSHA384
    }
  }
}
