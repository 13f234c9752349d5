import LicenseProtocol
import NodeIdentity
import X509

/// Which of the node's certificates a session shows, while there are two: the next one, but the other after a session
/// in which the operator did not take what it was shown.
struct CertificateTurns: Sendable {
  /// For how long a certificate that was not taken is left, where the other one is taken. It may be good by then: an
  /// operator learns of an issuer's new key, or somebody registers the TPM.
  static let rest = Duration.seconds(3600)

  private var left: (leaf: Certificate, objection: CertificateObjection, at: BootTime)?
  private var doubted: Certificate?
  private var good: Certificate?

  /// The operator takes it.
  mutating func taken(_ certificate: NodeCertificate) { (doubted, good) = (nil, certificate.leaf) }

  /// Whether the operator took it when it was shown last.
  func isGood(_ certificate: NodeCertificate) -> Bool { certificate.leaf == good }

  /// The operator did not take it. What may have been anything counts from the second time in a row.
  mutating func untaken(_ certificate: NodeCertificate, _ objection: CertificateObjection, at now: BootTime) {
    guard objection.isCertain || doubted == certificate.leaf else {
      doubted = certificate.leaf
      return
    }
    left = (certificate.leaf, objection, now)
    doubted = nil
    if good == certificate.leaf { good = nil }
  }

  /// Whose turn it is among those that are valid, in the order to try; `nil` where there is none.
  func certificate(of usable: [NodeCertificate], at now: BootTime) -> NodeCertificate? {
    guard let left, now - left.at < Self.rest else { return usable.first }
    return usable.first { $0.leaf != left.leaf } ?? usable.first
  }

  /// Why it is left; `nil` where it is not.
  func objection(to certificate: NodeCertificate) -> CertificateObjection? {
    left?.leaf == certificate.leaf ? left?.objection : nil
  }
}
