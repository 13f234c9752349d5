import Foundation
import SwiftASN1
import X509

/// The authorities of a CA file, and Go's words for certificates that do not lead to them.
struct Anchors: Sendable {
  enum Usage: Sendable { case client, server }

  var certificates: [Certificate]

  /// - Parameter purpose: what the file is for, in the words of whoever reads it.
  init(_ path: String, for purpose: String) throws(Refusal) {
    do throws(Refusal) {
      certificates = try PEMFile(path).certificates
    } catch {
      throw Refusal("unable to load \(purpose): \(error)")
    }
    guard !certificates.isEmpty else {
      throw Refusal(
        "unable to load \(purpose): error reading \(path): data does not contain any valid RSA or ECDSA certificates")
    }
  }

  /// Throws what Go's `x509` would say.
  func verify(_ chain: [Certificate], for usage: Usage) async throws(Refusal) {
    guard let leaf = chain.first else { throw Refusal("tls: no certificate") }
    let time = Date()
    if time > leaf.notValidAfter { throw Self.outside(time, "after", leaf.notValidAfter) }
    if time < leaf.notValidBefore { throw Self.outside(time, "before", leaf.notValidBefore) }
    var verifier = Verifier(rootCertificates: CertificateStore(certificates)) {
      RFC5280Policy()
      KeyUsagePolicy()
    }
    let result = await verifier.validate(
      leaf: leaf, intermediates: CertificateStore(chain.dropFirst()))
    guard case .validCertificate = result else { throw Refusal("x509: certificate signed by unknown authority") }
    let usages: ExtendedKeyUsage?
    do {
      usages = try leaf.extensions.extendedKeyUsage
    } catch {
      throw Refusal("x509: malformed extension")
    }
    guard let usages else { return }
    let wanted: ExtendedKeyUsage.Usage = usage == .client ? .clientAuth : .serverAuth
    guard usages.contains(wanted) || usages.contains(.any) else {
      throw Refusal("x509: certificate specifies an incompatible key usage")
    }
  }

  private static func outside(_ time: Date, _ side: String, _ bound: Date) -> Refusal {
    Refusal(
      "x509: certificate has expired or is not yet valid: current time \(time.formatted(.iso8601)) is \(side) "
        + bound.formatted(.iso8601))
  }
}

/// Says that usages are understood, which is checked beside the chain.
private struct KeyUsagePolicy: VerifierPolicy {
  let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [
    .X509ExtensionID.keyUsage, .X509ExtensionID.extendedKeyUsage,
  ]

  mutating func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
    .meetsPolicy
  }
}
