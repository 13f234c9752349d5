import LicenseProtocol

/// What became of a next key that was offered over a session.
enum NextKeyVerdict: Sendable, Hashable {
  /// There is no session, or it ended before.
  case noSession
  /// The operator judged it and had nothing against it.
  case judged
  /// The operator does not take it, or it could not be shown; why.
  case refused(String)
  /// Nothing was heard in time.
  case unanswered
}

/// A next key that was offered, and who waits for what becomes of it.
struct NextKeyOffer {
  let verdict: CheckedContinuation<NextKeyVerdict, Never>
  /// Whether the operator was told of it; the session's own key may have to be judged before.
  var isShown = false
  /// The heartbeat after the reply to the challenge; `nil` before it.
  var heartbeat: UInt64?
}

extension Lowlayer_Agent_V1_Reason {
  /// Whether a refusal for this reason, in a session that goes on, is about a key that was offered.
  var isAboutKeys: Bool {
    switch self {
    case .identity, .attestation, .assuranceLowered, .endorsementKeyBound, .malformed: true
    default: false
    }
  }
}
