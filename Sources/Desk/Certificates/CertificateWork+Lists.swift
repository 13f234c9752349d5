import PKI
import PrivateKeys

extension CertificateWork {
  /// Makes the revocation lists of root, `management-cluster` and `bootstrap` again, where something changed or a third of a list's time is left.
  mutating func updateLists(mustHaveRoot: Bool) throws(DeskError) {
    let now = now
    for authority in [Authority.root, .managementCluster, .issuer(.bootstrap)] {
      guard let certificate = record.certificate(.authority(authority)) else { continue }
      let name = authority.commonName
      let old = record.lists[name]
      // An entry stays until a list that was made after the certificate's end (RFC 5280, section 3.3).
      if let old, authority != .root { record.revoked.removeAll { $0.issuer == name && $0.notAfter < old.thisUpdate } }
      let entries = record.revoked.filter { $0.issuer == name }.map {
        RevocationList.Entry(
          serial: $0.serial, at: $0.at, reason: RevocationReason($0.reason) ?? .unspecified)
      }
      let isSame = old.map {
        Set($0.entries.map(\.serial)) == Set(entries.map(\.serial)) && $0.isSigned(by: certificate)
      }
      let isFresh = old.map { $0.nextUpdate - now > ($0.nextUpdate - $0.thisUpdate) / 3 }
      if isSame == true, isFresh == true { continue }
      guard let key = try key(of: .authority(authority)) else {
        guard authority == .root, !mustHaveRoot, isSame == true else {
          throw .refused("the revocation list of \(name) must be signed, and its key is not here")
        }
        changes.append(
          DeskChange(
            name: name, words: "its revocation list ends soon: `ll-bootimage pki issue --renew management-cluster`",
            isWarning: true))
        continue
      }
      record.lists[name] = try DeskError.refusing("the revocation list of \(name)") { () throws(PKIError) in
        try RevocationList.make(
          issuer: certificate, issuerKey: key, revoked: entries, number: (old?.number ?? 0) + 1, at: now,
          nextUpdate: min(now + (authority == .root ? 400 : 90) * 86_400, certificate.notAfter))
      }
      if old != nil {
        changes.append(DeskChange(name: name, words: "revocation list made again, \(entries.count) in it"))
      }
    }
  }

  /// Refuses to work by a clock that is before what the desk has already done, or far after it: certificates that begin in the future, and
  /// revocations that are dropped as if they had ended, are not found out before it hurts.
  func checkClock() throws(DeskError) {
    let last = record.lists.values.map(\.thisUpdate).max() ?? 0
    // When this program was written: no desk is older.
    let earliest: Int64 = 1_760_000_000
    guard now >= max(last - 300, earliest) else {
      throw .refused(
        "the clock says \(Day.text(now)), which is before \(Day.text(max(last, earliest))): set it right first")
    }
    guard last == 0 || now - last < 400 * 86_400 || trustsClock else {
      throw .refused(
        "the clock says \(Day.text(now)), and this desk last worked on \(Day.text(last)): if that is so, --trust-clock goes on"
      )
    }
  }
}
