import FoundationEssentials
import SwiftASN1
import X509

/// The leaf, and every authority above it that names extended key usages, is for servers, or for clients (RFC 5280,
/// section 4.2.1.12, as OpenSSL and Go read it for authorities). A leaf that names none is refused: ours all do.
struct PeerUsagePolicy: VerifierPolicy {
  let needed: ExtendedKeyUsage.Usage

  let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [.X509ExtensionID.extendedKeyUsage]

  init(_ name: PeerVerifier.PeerName) { needed = name == .client ? .clientAuth : .serverAuth }

  func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) async -> PolicyEvaluationResult {
    for (index, certificate) in chain.enumerated() {
      do {
        guard let usages = try certificate.extensions.extendedKeyUsage else {
          if index > 0 { continue }
          return .failsToMeetPolicy(reason: "its extended key usage is missing, \(needed) is needed")
        }
        guard usages.contains(needed) || index > 0 && usages.contains(.any) else {
          return .failsToMeetPolicy(reason: "\(certificate.subject) is not for \(needed)")
        }
      } catch {
        return .failsToMeetPolicy(reason: "the extended key usage of \(certificate.subject) cannot be read")
      }
    }
    return .meetsPolicy
  }
}

/// A server has the name that was dialled among its subject alternative names, by the library's own comparison; with a
/// DNS name, no address helps.
struct PeerNamePolicy: VerifierPolicy {
  let name: PeerVerifier.PeerName

  let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [.X509ExtensionID.subjectAlternativeName]

  func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) async -> PolicyEvaluationResult {
    switch name {
    case .client: return .meetsPolicy
    case .address(let address):
      var policy = ServerIdentityPolicy(serverHostname: nil, serverIP: address)
      return said(policy.chainMeetsPolicyRequirements(chain: chain), address, chain.leaf)
    case .dns(let dns):
      // An address in the place of a name would be compared with nothing.
      guard dns.contains(where: { !($0.isNumber || $0 == "." || $0 == ":") }) else {
        return .failsToMeetPolicy(reason: "\(dns) is no DNS name")
      }
      var policy = ServerIdentityPolicy(serverHostname: dns, serverIP: nil)
      return said(policy.chainMeetsPolicyRequirements(chain: chain), dns, chain.leaf)
    }
  }

  private func said(_ result: PolicyEvaluationResult, _ name: String, _ leaf: Certificate) -> PolicyEvaluationResult {
    guard case .failsToMeetPolicy = result else { return result }
    let names = try? leaf.extensions.subjectAlternativeNames?.map { "\($0)" }.joined(separator: ", ")
    return .failsToMeetPolicy(reason: "it does not speak for \(name): its names are \(names ?? "none")")
  }
}

/// Every certificate of the chain is valid now. The library says the same by quoting whole certificates.
struct PeerValidityPolicy: VerifierPolicy {
  /// Seconds since 1970.
  let now: Int64

  let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = []

  func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) async -> PolicyEvaluationResult {
    let time = Date(timeIntervalSince1970: Double(now))
    for certificate in chain {
      if time > certificate.notValidAfter {
        return .failsToMeetPolicy(reason: "\(certificate.subject) expired on \(certificate.notValidAfter)")
      }
      if time < certificate.notValidBefore {
        return .failsToMeetPolicy(
          reason: "\(certificate.subject) is not valid before \(certificate.notValidBefore), and it is \(time) here")
      }
    }
    return .meetsPolicy
  }
}
