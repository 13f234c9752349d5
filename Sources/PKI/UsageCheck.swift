import X509

/// The leaf's key may be used for what it is used for, and no issuer that names extended key usages lends less (RFC 5280,
/// section 4.2.1.12, as OpenSSL and Go read it for authorities).
struct UsageCheck: ChainCheck {
  let usage: ChainVerification.Usage

  func faults(in chain: [Certificate]) -> [String] {
    guard let needed else { return [] }
    var faults: [String] = []
    for (index, certificate) in chain.enumerated() {
      let name = certificate.subject.shortName
      do {
        if let usages = try certificate.extensions.extendedKeyUsage, !usages.contains(needed), !usages.contains(.any) {
          let given = usages.map { "\($0)" }.joined(separator: ", ")
          faults.append(
            index == 0
              ? "\(name) is for \(given), not for \(needed)" : "the authority \(name) lends \(given), not \(needed)")
        }
        if index == 0, let keyUsage = try certificate.extensions.keyUsage,
          !keyUsage.digitalSignature, !keyUsage.keyAgreement
        {
          faults.append("the key usage of \(name) does not include digital signatures")
        }
      } catch {
        faults.append("the key usages of \(name) cannot be read")
      }
    }
    return faults
  }

  private var needed: ExtendedKeyUsage.Usage? {
    switch usage {
    case .client: .clientAuth
    case .server: .serverAuth
    case .any: nil
    }
  }
}
