import FoundationEssentials
import X509

/// Every certificate of the chain, the anchor included, is within its validity; both ends belong to it (RFC 5280, section 4.1.2.5).
struct ValidityCheck: ChainCheck {
  let now: Int64

  func faults(in chain: [Certificate]) -> [String] {
    chain.flatMap { certificate in
      let first = Int64(certificate.notValidBefore.timeIntervalSince1970.rounded())
      let last = Int64(certificate.notValidAfter.timeIntervalSince1970.rounded())
      let name = certificate.subject.shortName
      if now > last { return ["\(name) expired at \(CalendarTime(last)): renew it"] }
      if now < first {
        return [
          "\(name) is not valid before \(CalendarTime(first)), and the clock reads \(CalendarTime(now)): is it wrong?"
        ]
      }
      return []
    }
  }
}
