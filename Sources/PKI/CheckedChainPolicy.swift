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
    // The library refuses what it cannot read, and e-mail constraints are among that.
    guard !certificates.contains(where: { $0.hasEmailConstraints }) else { return .meetsPolicy }
    return RFC5280Policy(fixedExpiryValidationTime: Date(timeIntervalSince1970: Double(now)))
      .chainMeetsPolicyRequirements(chain: chain)
  }
}

extension Certificate {
  fileprivate var hasEmailConstraints: Bool {
    let constraints: NameConstraints?
    do {
      constraints = try extensions.nameConstraints
    } catch {
      return false
    }
    guard let constraints else { return false }
    return (constraints.permittedSubtrees + constraints.excludedSubtrees).contains { constraint in
      if case .rfc822Name = constraint { true } else { false }
    }
  }
}
