/// Why a certificate or a revocation list was not made or not read. No case carries anything secret.
public enum PKIError: Error, Sendable, Hashable {
  /// The bytes are no X.509 certificate; why.
  case notACertificate(String)
  /// A PEM text without a certificate, or with one that is cut off.
  case noCertificate
  /// The bytes are no certificate revocation list that can be judged; why.
  case notARevocationList(String)
  /// The certificate with this common name is no authority, so it can sign nothing.
  case notAnAuthority(String)
  /// The private key is not that of the certificate with this common name.
  case wrongKey(String)
  /// `name` takes a key on the curve `expected`, not one on `found`.
  case wrongCurve(name: String, expected: String, found: String)
  /// `name` is signed by `expected`, not by `found`: distinguished names.
  case wrongIssuer(name: String, expected: String, found: String)
  /// The issuer `name` is only valid from `from` to `to`, seconds since 1970, and it is `now`.
  case issuerOutsideItsTime(name: String, from: Int64, to: Int64, now: Int64)
  /// `value` cannot be `what`; the rule that it breaks.
  case unsuitable(what: String, value: String, rule: String)
  /// The organization has no names that it could be bound to; its common name.
  case namesMissing(String)
  /// Only organizations are bound to names; the common name of what is none.
  case namesUnexpected(String)
  /// The library did not sign; its words.
  case signing(String)
}

extension PKIError: CustomStringConvertible {
  /// The failure in one line, with what to do where something can be done.
  public var description: String {
    switch self {
    case .notACertificate(let reason): "not an X.509 certificate: \(reason)"
    case .noCertificate: "no whole certificate in the PEM text"
    case .notARevocationList(let reason): "not a certificate revocation list that can be judged: \(reason)"
    case .notAnAuthority(let name): "\(name) is not an authority and can sign nothing"
    case .wrongKey(let name): "the private key is not that of the certificate \(name)"
    case .wrongCurve(let name, let expected, let found): "\(name) takes a \(expected) key, and this is a \(found) key"
    case .wrongIssuer(let name, let expected, let found): "\(name) is signed by \(expected), not by \(found)"
    case .issuerOutsideItsTime(let name, let from, let to, let now):
      now < from
        ? "\(name) is not valid before \(CalendarTime(from)), and the clock reads \(CalendarTime(now)): is it wrong?"
        : "\(name) expired at \(CalendarTime(to)): renew it first"
    case .unsuitable(let what, let value, let rule): "\(value.debugDescription) cannot be \(what): \(rule)"
    case .namesMissing(let name): "\(name) needs the names that it is bound to"
    case .namesUnexpected(let name): "\(name) is not bound to names: only organizations are"
    case .signing(let reason): "the signature could not be made: \(reason)"
    }
  }
}
