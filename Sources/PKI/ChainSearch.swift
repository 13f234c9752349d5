import SwiftASN1
import X509

/// Says why no chain at all leads from a leaf to an anchor.
struct ChainSearch {
  let anchors: [Certificate]
  let intermediates: [Certificate]
  let understood: [ASN1ObjectIdentifier]

  /// Walks up from the leaf to where the way ends.
  func reason(for leaf: Certificate) -> String {
    var current = leaf
    var visited: [Certificate] = []
    while true {
      if let unknown = current.extensions.first(where: { $0.critical && !understood.contains($0.oid) }) {
        return "\(current.subject.shortName) has a critical extension that is not understood: \(unknown.oid)"
      }
      visited.append(current)
      let named = (anchors + intermediates).filter { $0.subject == current.issuer && !visited.contains($0) }
      guard let issuer = named.first(where: { current.isSigned(by: $0) }) else {
        return reason(current, candidates: named, isLeaf: visited.count == 1)
      }
      current = issuer
    }
  }

  private func reason(_ last: Certificate, candidates: [Certificate], isLeaf: Bool) -> String {
    let name = last.subject.shortName
    let issuer = last.issuer.shortName
    let known = anchors.isEmpty ? "there is no anchor" : "no anchor is \(issuer): they are \(names(anchors))"
    if let candidate = candidates.first {
      // The key identifiers tell an altered certificate from one that another key signed.
      return candidate.keyIdentifier == last.signersKeyIdentifier && candidate.keyIdentifier != nil
        ? "the signature on \(name) is wrong: it was altered after \(issuer) signed it"
        : "\(name) was signed by another key than the one of the \(issuer) given here"
    }
    if anchors.contains(last) { return "the way from the leaf to the anchor \(name) was not accepted" }
    if last.subject == last.issuer { return "\(name) is self-signed and not among the anchors" }
    return isLeaf
      ? "\(name) was issued by \(issuer), from which no way leads to an anchor: \(known)"
      : "the way ends at \(name), which was issued by \(issuer): \(known)"
  }

  private func names(_ certificates: [Certificate]) -> String {
    certificates.map(\.subject.shortName).joined(separator: ", ")
  }
}

extension Certificate {
  fileprivate var keyIdentifier: ArraySlice<UInt8>? {
    do {
      return try extensions.subjectKeyIdentifier?.keyIdentifier
    } catch {
      return nil
    }
  }

  fileprivate var signersKeyIdentifier: ArraySlice<UInt8>? {
    do {
      return try extensions.authorityKeyIdentifier?.keyIdentifier
    } catch {
      return nil
    }
  }
}
