import SwiftASN1
import X509

/// Holds the issuers of a chain against what the leaf is used for: an issuer with extended key usages lends only those
/// (RFC 5280, section 4.2.1.12, as OpenSSL and Go read it for authorities).
struct UsagePolicy: VerifierPolicy {
  let usage: PKIManifest.Usage

  // The subject's names are held against the manifest elsewhere, with words of their own.
  let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [
    .X509ExtensionID.extendedKeyUsage, .X509ExtensionID.subjectAlternativeName,
  ]

  func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
    for issuer in chain.dropFirst() {
      let missing = usage.missing(in: issuer)
      if let first = missing.first {
        return .failsToMeetPolicy(reason: "the issuer \(issuer.subject) does not lend \(first)")
      }
    }
    return .meetsPolicy
  }
}

extension PKIManifest.Usage {
  /// The extended key usages that `certificate` would need and does not have; none where it has no such extension at all.
  func missing(in certificate: Certificate) -> [String] {
    let usages: ExtendedKeyUsage?
    do {
      usages = try certificate.extensions.extendedKeyUsage
    } catch {
      return ["a readable extended key usage"]
    }
    guard let usages, !usages.contains(.any) else { return [] }
    var missing: [String] = []
    if self != .client, !usages.contains(.serverAuth) { missing.append("serverAuth") }
    if self != .server, !usages.contains(.clientAuth) { missing.append("clientAuth") }
    return missing
  }
}
