import LicenseProtocol

/// How far the operator is with the key that a session stands on. It takes no next key before that one is attested.
enum KeyProof: Sendable, Hashable {
  /// Nothing is asked: the key is pinned.
  case settled
  /// The operator asked for it.
  case asked
  /// The challenge is answered; the last heartbeat before that had this number.
  case shown(after: UInt64)

  /// Whether the operator has judged the answer, and the node has its seat. Messages are judged in their order, so the
  /// acknowledgement of a later heartbeat says so; where that carries no lease, there is no seat yet.
  func isSettled(by acknowledgement: Lowlayer_Agent_V1_LeaseAck) -> Bool {
    guard case .shown(let last) = self else { return false }
    return acknowledgement.sequence > last && acknowledgement.leaseRemainingMs > 0
  }
}
