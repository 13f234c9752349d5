import X509

/// Whatever signed something in the chain was allowed to: an authority of version 3 whose key signs certificates, with no more
/// authorities below it than its path length says (RFC 5280, sections 4.2.1.3 and 4.2.1.9). The anchor is held to it too.
struct AuthorityCheck: ChainCheck {
  func faults(in chain: [Certificate]) -> [String] {
    var faults: [String] = []
    if chain.count == 1, let only = chain.first, only.authorityConstraint == nil {
      faults.append("\(only.subject.shortName) is an anchor and not an authority")
    }
    var authoritiesBelow = 0
    for (index, issuer) in chain.enumerated().dropFirst() {
      let name = issuer.subject.shortName
      let signed = chain[index - 1].subject.shortName
      guard issuer.version == .v3, let pathLength = issuer.authorityConstraint else {
        faults.append("\(name) signed \(signed) and is not an authority")
        continue
      }
      if !issuer.maySignCertificates {
        faults.append("the key of \(name) signed \(signed), and its key usage does not include certificates")
      }
      if let pathLength, authoritiesBelow > pathLength {
        faults.append(
          "the path is too long: \(name) allows \(Self.count(pathLength)) below it, and there "
            + (authoritiesBelow == 1 ? "is 1" : "are \(authoritiesBelow)"))
      }
      if issuer.subject != issuer.issuer { authoritiesBelow += 1 }
    }
    return faults
  }

  private static func count(_ authorities: Int) -> String {
    switch authorities {
    case 0: "no authority"
    case 1: "1 authority"
    default: "\(authorities) authorities"
    }
  }
}

extension Certificate {
  fileprivate var maySignCertificates: Bool {
    do {
      return try extensions.keyUsage?.keyCertSign ?? true
    } catch {
      return false
    }
  }
}
