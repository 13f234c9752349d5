import FoundationEssentials
import SwiftASN1
import TPMStructures
@_spi(FixedExpiryValidationTime) import X509

/// Judges the certificate of an endorsement key. Source: TCG EK Credential Profile 2.5, 3.2.
struct EndorsementChain {
  /// The authorities that are believed.
  let roots: [Certificate]
  let intermediates: [Certificate]
  /// Seconds since 1970.
  let now: Int64

  /// How the judgement came out.
  enum Verdict {
    /// This chain, leaf first, ends at one of the roots.
    case good([Certificate])
    /// No chain leads to a root.
    case unknownAuthority
    /// A chain leads to a root, and is refused for this reason. These are all that do, leaf first: the signatures in
    /// them are good.
    case refused(String, [[Certificate]])
  }

  func verdict(_ leaf: Certificate) async -> Verdict {
    let time = Date(timeIntervalSince1970: Double(now))
    var verifier = Verifier(rootCertificates: CertificateStore(roots)) {
      EndorsementUsagePolicy(time: time)
      RFC5280Policy(fixedExpiryValidationTime: time)
    }
    switch await verifier.validate(leaf: leaf, intermediates: CertificateStore(intermediates)) {
    case .validCertificate(let chain): return .good(Array(chain))
    case .couldNotValidate(let failures):
      guard let first = failures.first else { return .unknownAuthority }
      // Each policy's words follow its type's name; the library's can quote whole certificates.
      let words = "\(first.policyFailureReason)"
      let reason = words.firstRange(of: "Policy: ").map { String(words[$0.upperBound...]) } ?? words
      return .refused(String(reason.prefix(200)), failures.map { Array($0.chain) })
    }
  }
}

/// The certificate is one of an endorsement key, and of no authority; all of its chain is valid.
struct EndorsementUsagePolicy: VerifierPolicy {
  // tcg-kp-EKCertificate.
  private static let endorsementKey = ExtendedKeyUsage.Usage(oid: [2, 23, 133, 8, 1])

  let time: Date

  // The subject alternative name is a directory name that tells the TPM's model; the subject itself is empty.
  let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [
    .X509ExtensionID.extendedKeyUsage, .X509ExtensionID.subjectAlternativeName,
  ]

  func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) async -> PolicyEvaluationResult {
    let leaf = chain.leaf
    do {
      if case .isCertificateAuthority = try leaf.extensions.basicConstraints {
        return .failsToMeetPolicy(reason: "it is an authority's certificate")
      }
      if let usages = try leaf.extensions.extendedKeyUsage, !usages.contains(Self.endorsementKey) {
        return .failsToMeetPolicy(reason: "it is not for an endorsement key (2.23.133.8.1)")
      }
    } catch {
      return .failsToMeetPolicy(reason: "its extensions cannot be read")
    }
    for certificate in chain {
      if time > certificate.notValidAfter {
        return .failsToMeetPolicy(reason: "\(certificate.subject) expired on \(certificate.notValidAfter)")
      }
      if time < certificate.notValidBefore {
        return .failsToMeetPolicy(reason: "\(certificate.subject) is not valid before \(certificate.notValidBefore)")
      }
    }
    return .meetsPolicy
  }
}
