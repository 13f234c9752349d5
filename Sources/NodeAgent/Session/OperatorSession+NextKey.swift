import LicenseProtocol

extension OperatorSession {
  /// What the operator may take to judge a next key: as long as its challenge holds.
  static let nextKeyLimit = Duration.seconds(60)

  /// Offers the key that the node changes to next over the session that there is, and waits for what the operator makes
  /// of it: for at most ``nextKeyLimit``. Where the session's own key is being judged, that comes first.
  /// - Parameter keys: the digests of all keys that are the node's now.
  func offerNext(holding keys: Set<[UInt8]>) async -> NextKeyVerdict {
    rules.hold(keys)
    guard rules.isOpen, nextKey == nil, let credentials else { return .noSession }
    let limit = Task {
      try await Task.sleep(for: Self.nextKeyLimit, clock: .continuous)
      settleNext(.unanswered)
    }
    let verdict = await withCheckedContinuation { verdict in
      nextKey = NextKeyOffer(verdict: verdict)
      if proof == .settled { offer(credentials, next: true) }
    }
    limit.cancel()
    return verdict
  }

  func settleNext(_ verdict: NextKeyVerdict) {
    guard let offer = nextKey else { return }
    nextKey = nil
    offer.verdict.resume(returning: verdict)
  }

  /// The reply to the challenge is sent. Messages are judged in their order, so that a heartbeat's acknowledgement says
  /// that the reply before it was judged too; a refusal that comes first says how.
  func awaitVerdict() {
    guard nextKey != nil, let (sequence, steps) = rules.inquire() else { return }
    nextKey?.heartbeat = sequence
    perform(steps)
  }

  func hearVerdict(_ message: OperatorMessage) {
    switch message.message {
    case .leaseAck(let acknowledgement):
      if let heartbeat = nextKey?.heartbeat, acknowledgement.sequence >= heartbeat { settleNext(.judged) }
      guard proof.isSettled(by: acknowledgement) else { return }
      proof = .settled
      if let credentials, nextKey?.isShown == false { offer(credentials, next: true) }
    case .refusal(let refusal) where refusal.reason.isAboutKeys:
      // It speaks of the session's own key where the next one was not shown yet.
      settleNext(nextKey?.isShown == true ? .refused(Words.of(refusal.message)) : .noSession)
    default: break
    }
  }
}
