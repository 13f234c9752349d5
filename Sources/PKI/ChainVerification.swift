import X509

/// Whether a leaf is good for a use, judged from anchors alone: swift-certificates searches the chains, and every question of
/// RFC 5280 that our verifiers ask is put to each of them, with an answer in words.
public struct ChainVerification: Sendable {
  /// What a leaf is used for.
  public enum Usage: Sendable, Hashable {
    /// TLS client authentication.
    case client
    /// TLS server authentication.
    case server
    /// Anything; extended key usages are not looked at.
    case any
  }

  /// Whom a server's leaf has to speak for.
  public enum ServerName: Sendable, Hashable {
    /// A host by its DNS name, without a dot at its end.
    case dns(String)
    /// An IPv4 or IPv6 address: 4 or 16 bytes.
    case address([UInt8])
  }

  /// What the verification came to.
  public enum Verdict: Sendable, Hashable {
    /// The leaf is good: it, what signed it, and so on up to the anchor.
    case accepted([IssuedCertificate])
    /// It is not, for these reasons; at least one.
    case refused([String])
  }

  /// What is believed without being signed by anything: self-signed twins, or the root.
  public var anchors: [IssuedCertificate]
  /// Certificates that may stand between the leaf and an anchor.
  public var intermediates: [IssuedCertificate]
  /// What the leaf is used for.
  public var usage: Usage
  /// Whom it has to speak for; `nil` where that is not asked.
  public var name: ServerName?
  /// Revocation lists. An issuer without one takes nothing back; one that is expired or wrongly signed refuses the chain.
  public var revocationLists: [RevocationList]
  /// The time of the judgement, in seconds since 1970.
  public var at: Int64

  /// A verification.
  public init(
    anchors: [IssuedCertificate], intermediates: [IssuedCertificate] = [], usage: Usage, name: ServerName? = nil,
    revocationLists: [RevocationList] = [], at now: Int64
  ) {
    self.anchors = anchors
    self.intermediates = intermediates
    self.usage = usage
    self.name = name
    self.revocationLists = revocationLists
    at = now
  }

  /// Judges a leaf. An authority that is an anchor itself is good too.
  public func verify(_ leaf: IssuedCertificate) async -> Verdict {
    var checks: [any ChainCheck] = [
      AuthorityCheck(), ValidityCheck(now: at), NameConstraintsCheck(), UsageCheck(usage: usage),
      RevocationCheck(lists: revocationLists, now: at),
    ]
    if let name { checks.append(ServerNameCheck(name: name)) }
    let policy = CheckedChainPolicy(checks: checks, now: at)
    var verifier = Verifier(rootCertificates: CertificateStore(anchors.map(\.certificate))) { policy }
    let store = CertificateStore(intermediates.map(\.certificate))
    switch await verifier.validate(leaf: leaf.certificate, intermediates: store) {
    case .validCertificate(let chain):
      do {
        return .accepted(try chain.map { certificate throws(PKIError) in try IssuedCertificate(certificate) })
      } catch {
        return .refused([error.description])
      }
    case .couldNotValidate(let failures):
      var reasons: [String] = []
      for failure in failures {
        let faults = checks.flatMap { $0.faults(in: Array(failure.chain)) }
        // What the library alone refuses it says at length; whole certificates are in it.
        let own = faults.isEmpty ? ["refused: \("\(failure.policyFailureReason)".prefix(300))"] : faults
        reasons += own.filter { !reasons.contains($0) }
      }
      guard reasons.isEmpty else { return .refused(reasons) }
      let search = ChainSearch(
        anchors: anchors.map(\.certificate), intermediates: intermediates.map(\.certificate),
        understood: policy.verifyingCriticalExtensions)
      return .refused([search.reason(for: leaf.certificate)])
    }
  }
}

extension ChainVerification.ServerName: CustomStringConvertible {
  /// The name or address as text.
  public var description: String {
    switch self {
    case .dns(let name): name
    case .address(let address): IPAddressText.text(address)
    }
  }
}
