import FoundationEssentials
@_spi(FixedExpiryValidationTime) import X509

/// Whether a leaf's chain leads to its anchor, and to which times that answer holds.
struct ChainVerification {
  let leaf: Certificate
  let intermediates: [Certificate]
  let anchor: Certificate
  let usage: PKIManifest.Usage

  /// A stretch of time in which the answer cannot change: how many of the certificates have begun, and how many have ended.
  struct Era: Equatable {
    var begun: Int
    var ended: Int
  }

  /// The era of `now`; both ends of a validity belong to it (RFC 5280, section 4.1.2.5).
  func era(at now: Date) -> Era {
    let all = [leaf, anchor] + intermediates
    return Era(begun: all.count { $0.notValidBefore <= now }, ended: all.count { $0.notValidAfter < now })
  }

  /// What is wrong at `now`: the leaf's own times first, then the chain.
  func faults(at now: Date) async -> [String] {
    var faults = leaf.timeFaults(at: now, called: "")
    // A leaf outside its time is still looked at as if it were in it, so that a wrong issuer is not found only after the clock is set.
    let moment = min(max(now, leaf.notValidBefore), leaf.notValidAfter)
    var verifier = Verifier(rootCertificates: CertificateStore([anchor])) {
      RFC5280Policy(fixedExpiryValidationTime: moment)
      UsagePolicy(usage: usage)
    }
    switch await verifier.validate(leaf: leaf, intermediates: CertificateStore(intermediates)) {
    case .validCertificate: break
    case .couldNotValidate(let failures):
      faults += explain(failures.map { "\($0.policyFailureReason)" }, at: moment)
    }
    return faults
  }

  private func explain(_ reasons: [String], at moment: Date) -> [String] {
    guard !reasons.isEmpty else {
      if leaf.issuer == anchor.subject {
        return ["the issuer has the anchor's name, \(anchor.shortName), and another key"]
      }
      return ["issued by \(leaf.issuer.shortName), from which no way leads to the anchor \(anchor.shortName)"]
    }
    // The library quotes whole certificates; where a time is the reason, it can be said in fewer words.
    let times =
      anchor.timeFaults(at: moment, called: "the anchor \(anchor.shortName) ")
      + intermediates.flatMap { $0.timeFaults(at: moment, called: "the intermediate \($0.shortName) ") }
    if !times.isEmpty { return times }
    return Set(reasons).sorted().map { "the chain is refused: \($0.prefix(300))" }
  }
}

extension Certificate {
  /// That it is not in its time at `moment`, in words; `name` says which it is.
  func timeFaults(at moment: Date, called name: String) -> [String] {
    if moment < notValidBefore {
      return [
        "\(name)not yet valid: the clock reads \(moment.formatted(.iso8601)), before the certificate's notBefore "
          + "\(notValidBefore.formatted(.iso8601)); is the clock wrong?"
      ]
    }
    if moment > notValidAfter { return ["\(name)expired at \(notValidAfter.formatted(.iso8601))"] }
    return []
  }

  /// Its subject's common name where there is one.
  var shortName: String { subject.shortName }
}

extension DistinguishedName {
  /// The common name where there is one: it is what people call an issuer.
  fileprivate var shortName: String {
    for attribute in lazy.flatMap({ $0 }) where attribute.type == .RDNAttributeType.commonName {
      return attribute.value.description
    }
    return description
  }
}
