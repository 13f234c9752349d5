public import PrivateKeys
import SwiftASN1
import X509

/// Makes the certificates of the hierarchy. Times are seconds since 1970; serial numbers and signatures take randomness
/// from the system.
///
/// Every certificate begins five minutes before `now`, for clocks that are behind, and ends with its issuer at the latest.
/// One that is made again with the same key and name replaces the old one: its leaves and its anchors stay good.
public enum Issuing {
  private static let clockTolerance: Int64 = 300

  /// The root's certificate, signed by its own key: P-384, path length 2, ten years.
  public static func root(_ key: PrivateKey, at now: Int64) throws(PKIError) -> IssuedCertificate {
    try check(key, for: .root)
    let template = CertificateTemplate(
      subject: try DistinguishedName.of(.root, cluster: ""), publicKey: key.libraryPublicKey,
      notBefore: now - clockTolerance, notAfter: now + Authority.root.lifetime)
    return try template.signed(
      extensions: CertificateTemplate.authority(pathLength: Authority.root.pathLength, constraints: nil),
      issuer: template.subject, key: key)
  }

  /// The certificate of an authority below the root.
  ///
  /// `names` are what an organization is bound to, and `nil` for all others. `issuer` is the certificate of the
  /// authority's parent of the same cluster and `issuerKey` its key; both are held against each other.
  public static func authority(
    _ authority: Authority, cluster: String, key: PrivateKey, names: OrganizationNames?, issuer: IssuedCertificate,
    issuerKey: PrivateKey, at now: Int64
  ) throws(PKIError) -> IssuedCertificate {
    guard let parent = authority.parent else { return try root(key, at: now) }
    try check(key, for: authority)
    if case .organization(let name) = authority {
      guard DNSName.isLabel(name) else {
        throw PKIError.unsuitable(
          what: "an organization's name", value: name, rule: "letters, digits and hyphens, 63 at most")
      }
      guard names != nil else { throw PKIError.namesMissing(authority.commonName) }
    } else if names != nil {
      throw PKIError.namesUnexpected(authority.commonName)
    }
    let template = CertificateTemplate(
      subject: try DistinguishedName.of(authority, cluster: cluster), publicKey: key.libraryPublicKey,
      notBefore: now - clockTolerance, notAfter: now + authority.lifetime)
    try check(
      issuer, issuerKey, is: DistinguishedName.of(parent, cluster: cluster), signing: authority.commonName, at: now)
    return try template.clipped(to: issuer).signed(
      extensions: CertificateTemplate.authority(
        pathLength: authority.pathLength, constraints: try names?.constraints()),
      issuer: issuer.certificate.subject, key: issuerKey)
  }

  /// The self-signed twin of an authority, which verifiers are given as their anchor: the same subject, key, key
  /// identifier, validity and constraints, signed by that key itself.
  public static func twin(of authority: IssuedCertificate, key: PrivateKey) throws(PKIError) -> IssuedCertificate {
    let original = authority.certificate
    guard let pathLength = original.authorityConstraint else { throw PKIError.notAnAuthority(authority.commonName) }
    guard key.libraryPublicKey == original.publicKey else { throw PKIError.wrongKey(authority.commonName) }
    let constraints: NameConstraints?
    do {
      constraints = try original.extensions.nameConstraints
    } catch {
      throw PKIError.notACertificate("\(error)")
    }
    let template = CertificateTemplate(
      subject: original.subject, publicKey: original.publicKey, notBefore: authority.notBefore,
      notAfter: authority.notAfter)
    return try template.signed(
      extensions: CertificateTemplate.authority(pathLength: pathLength, constraints: constraints),
      issuer: original.subject, key: key)
  }

  /// A certificate of a person or a node for `key`, whose public half alone goes into it. `issuer` is the certificate of
  /// the cluster's ``LeafProfile/issuer``.
  public static func leaf(
    _ profile: LeafProfile, cluster: String, key: PrivateKey, issuer: IssuedCertificate, issuerKey: PrivateKey,
    at now: Int64
  ) throws(PKIError) -> IssuedCertificate {
    try leaf(
      profile, cluster: cluster, publicKeyDER: key.publicKeyDER, issuer: issuer, issuerKey: issuerKey, at: now)
  }

  /// The same for a key that never was on the desk: `publicKeyDER` is its SubjectPublicKeyInfo.
  public static func leaf(
    _ profile: LeafProfile, cluster: String, publicKeyDER: [UInt8], issuer: IssuedCertificate, issuerKey: PrivateKey,
    at now: Int64
  ) throws(PKIError) -> IssuedCertificate {
    try profile.check()
    let publicKey: Certificate.PublicKey
    do {
      publicKey = try Certificate.PublicKey(derEncoded: publicKeyDER)
    } catch {
      throw PKIError.unsuitable(what: "a public key", value: profile.commonName, rule: "\(error)")
    }
    let template = CertificateTemplate(
      subject: try DistinguishedName.of(
        cluster: cluster, unit: profile.organizationalUnit, commonName: profile.commonName),
      publicKey: publicKey, notBefore: now - clockTolerance, notAfter: now + profile.lifetime)
    try check(
      issuer, issuerKey, is: DistinguishedName.of(profile.issuer, cluster: cluster), signing: profile.commonName,
      at: now)
    return try template.clipped(to: issuer).signed(
      extensions: CertificateTemplate.leaf(profile), issuer: issuer.certificate.subject, key: issuerKey)
  }

  private static func check(_ key: PrivateKey, for authority: Authority) throws(PKIError) {
    guard key.curve == authority.curve else {
      throw PKIError.wrongCurve(
        name: authority.commonName, expected: authority.curve.rawValue, found: key.curve.rawValue)
    }
  }

  private static func check(
    _ issuer: IssuedCertificate, _ key: PrivateKey, is expected: DistinguishedName, signing name: String,
    at now: Int64
  ) throws(PKIError) {
    guard issuer.isAuthority else { throw PKIError.notAnAuthority(issuer.commonName) }
    guard issuer.certificate.subject == expected else {
      throw PKIError.wrongIssuer(name: name, expected: expected.description, found: issuer.subject)
    }
    guard key.libraryPublicKey == issuer.certificate.publicKey else { throw PKIError.wrongKey(issuer.commonName) }
    guard (issuer.notBefore...issuer.notAfter).contains(now) else {
      throw PKIError.issuerOutsideItsTime(
        name: issuer.commonName, from: issuer.notBefore, to: issuer.notAfter, now: now)
    }
  }
}
