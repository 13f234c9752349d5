import X509

/// Every name below an authority with name constraints is one that it may give (RFC 5280, section 4.2.1.10). The
/// constraints of the anchor count as well.
///
/// The library checks them again; its refusals hold whole certificates, and these say which name it was.
struct NameConstraintsCheck: ChainCheck {
  func faults(in chain: [Certificate]) -> [String] {
    var faults: [String] = []
    for (index, authority) in chain.enumerated() {
      let constraints: NameConstraints
      do {
        guard let found = try authority.extensions.nameConstraints else { continue }
        constraints = found
      } catch {
        faults.append("the name constraints of \(authority.subject.shortName) cannot be read")
        continue
      }
      // An anchor that is verified itself is held to its own constraints.
      for certificate in chain.count == 1 ? chain[...] : chain[..<index] {
        faults += Self.faults(certificate, constraints, of: authority.subject.shortName)
      }
    }
    return faults
  }

  private static func faults(
    _ certificate: Certificate, _ constraints: NameConstraints, of authority: String
  ) -> [String] {
    let names: [ConstrainedName]
    do {
      names = try ConstrainedName.all(of: certificate)
    } catch {
      return ["the subject alternative names of \(certificate.subject.shortName) cannot be read"]
    }
    let unknown = (constraints.permittedSubtrees + constraints.excludedSubtrees).contains {
      !ConstrainedName.understands($0)
    }
    guard !unknown else { return ["\(authority) has name constraints of a kind that is not understood"] }
    return names.compactMap { name in
      let permitted = constraints.permittedSubtrees.filter { name.isSameKind(as: $0) }
      let excluded = constraints.excludedSubtrees.filter { name.isSameKind(as: $0) }
      guard !permitted.isEmpty || !excluded.isEmpty else { return nil }
      if name.isLegible, !excluded.contains(where: { name.isWithin($0) }),
        permitted.isEmpty || permitted.contains(where: { name.isWithin($0) })
      {
        return nil
      }
      return "\(authority) may not sign for \(name), which is among the names of \(certificate.subject.shortName)"
    }
  }
}
