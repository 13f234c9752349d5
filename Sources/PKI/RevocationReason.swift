/// Why a certificate was revoked (CRLReason; RFC 5280, section 5.3.1). The raw value is the standard's number.
public enum RevocationReason: Int, Sendable, Hashable, CaseIterable {
  /// No reason given; no reason code is written.
  case unspecified = 0
  /// A leaf's private key is, or may be, in other hands.
  case keyCompromise = 1
  /// An authority's private key is, or may be, in other hands.
  case cACompromise = 2
  /// The subject's name or other facts changed.
  case affiliationChanged = 3
  /// Another certificate took its place.
  case superseded = 4
  /// It is no longer needed.
  case cessationOfOperation = 5
  /// On hold; may be lifted.
  case certificateHold = 6
  /// Lifted from hold. Only delta lists may say so, and those are not made here.
  case removeFromCRL = 8
  /// What it permitted was taken back.
  case privilegeWithdrawn = 9
  /// An attribute authority's key is, or may be, in other hands.
  case aACompromise = 10
}

extension RevocationReason: CustomStringConvertible {
  /// The standard's word.
  public var description: String {
    switch self {
    case .unspecified: "unspecified"
    case .keyCompromise: "keyCompromise"
    case .cACompromise: "cACompromise"
    case .affiliationChanged: "affiliationChanged"
    case .superseded: "superseded"
    case .cessationOfOperation: "cessationOfOperation"
    case .certificateHold: "certificateHold"
    case .removeFromCRL: "removeFromCRL"
    case .privilegeWithdrawn: "privilegeWithdrawn"
    case .aACompromise: "aACompromise"
    }
  }

  /// The reason of that name; `nil` where there is none.
  public init?(_ name: String) {
    guard let reason = Self.allCases.first(where: { $0.description == name }) else { return nil }
    self = reason
  }
}
