import BaseEncodings
import X509

/// No issuer that a revocation list is given for has taken back what it signed in the chain. Of several lists of one issuer
/// the one with the highest number counts; a list under an issuer's name that its key did not sign is a fault.
struct RevocationCheck: ChainCheck {
  let lists: [RevocationList]
  let now: Int64

  func faults(in chain: [Certificate]) -> [String] {
    zip(chain, chain.dropFirst()).flatMap { certificate, issuer in faults(certificate, signedBy: issuer) }
  }

  private func faults(_ certificate: Certificate, signedBy issuer: Certificate) -> [String] {
    let name = issuer.subject.shortName
    let named = lists.filter { $0.contents.list.issuer == issuer.subject }
    let signed = named.filter { $0.contents.isSigned(by: issuer) }
    var faults: [String] = []
    if signed.count < named.count {
      faults.append("a revocation list in the name of \(name) was not signed by it: fetch it again")
    }
    guard let list = signed.max(by: { ($0.number ?? 0, $0.thisUpdate) < ($1.number ?? 0, $1.thisUpdate) }) else {
      return faults
    }
    if now > list.nextUpdate {
      faults.append("the revocation list of \(name) expired at \(CalendarTime(list.nextUpdate)): fetch a newer one")
    }
    if now < list.thisUpdate {
      faults.append(
        "the revocation list of \(name) was made at \(CalendarTime(list.thisUpdate)), and the clock reads "
          + "\(CalendarTime(now)): is it wrong?")
    }
    let serial = Hexadecimal.text(certificate.serialNumber.bytes)
    if let entry = list.entries.first(where: { $0.serial == serial }) {
      faults.append(
        "\(certificate.subject.shortName) (serial \(serial)) was revoked by \(name) at \(CalendarTime(entry.at)): "
          + "\(entry.reason)")
    }
    return faults
  }
}
