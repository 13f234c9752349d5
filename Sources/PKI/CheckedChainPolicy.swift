import FoundationEssentials
import SwiftASN1
@_spi(FixedExpiryValidationTime) import X509

/// The checks as a policy of swift-certificates' verifier, and its own behind them.
struct CheckedChainPolicy: VerifierPolicy {
  let checks: [any ChainCheck]
  let now: Int64

  let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [
    .X509ExtensionID.basicConstraints, .X509ExtensionID.keyUsage, .X509ExtensionID.extendedKeyUsage,
    .X509ExtensionID.nameConstraints, .X509ExtensionID.subjectAlternativeName,
  ]

  func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) async -> PolicyEvaluationResult {
    let certificates = Array(chain)
    for check in checks {
      if let fault = check.faults(in: certificates).first { return .failsToMeetPolicy(reason: fault) }
    }
    return RFC5280Policy(fixedExpiryValidationTime: Date(timeIntervalSince1970: Double(now)))
      .chainMeetsPolicyRequirements(chain: chain)
  }
}
