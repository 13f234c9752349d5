import SwiftProtobuf

extension SeatState {
  /// Whether a grant is due: the node does not hold the last one, half its life is over, or it is bound to another key than the
  /// session's.
  ///
  /// - Parameter held: `Hello.grant_digest` of this session, or the digest of what was granted in it.
  public func isGrantDue(held: [UInt8], at now: ServerTime) -> Bool {
    guard let granted, !grantDigest.isEmpty, held == grantDigest, granted.issued <= now else { return true }
    return now - granted.issued >= (granted.notAfter - granted.issued) / 2
  }

  /// The seat's next grant. The seat is saved, and then what this returns is signed and sent.
  ///
  /// - Parameters:
  ///   - claimed: `Hello.epoch`. The next epoch is above it: a node believes none that is not, and an operator that was set
  ///     back to an older state would lock its nodes out.
  ///   - cache: What the key server allows; the grant ends with it at the latest.
  ///   - length: How long a grant holds.
  public mutating func grant(
    claimed: UInt64, ledger: SeatLedger, cache: EntitlementCache, length: Duration, at now: ServerTime
  ) throws(LicenseRefusal) -> Lowlayer_Agent_V1_Grant {
    let allowance = try cache.allowance(for: organisation, at: now)
    guard claimed < LicenseState.highestPossibleEpoch, epoch < LicenseState.highestPossibleEpoch else {
      throw .malformed("it claims an epoch above the highest there is")
    }
    guard let notAfter = cache.grantEnd(at: now, length: length), now < notAfter else {
      throw .noEntitlement(organisation: organisation, "the entitlement has run out")
    }
    epoch = max(epoch, claimed) + 1
    granted = GrantTerm(issued: now, notAfter: notAfter)
    var grant = Lowlayer_Agent_V1_Grant()
    grant.organisation = organisation
    grant.nodeName = nodeName
    grant.nodeUid = nodeUID
    grant.keyDigest.append(contentsOf: key.digest)
    grant.epoch = epoch
    grant.issuedAtNs = now.nanoseconds
    grant.notAfterNs = notAfter.nanoseconds
    grant.assurance = key.assurance
    grant.mode = allowance.mode
    grant.entitlement = .current
    if case .grace(let until) = cache.standing(at: now) {
      grant.entitlement = .grace
      grant.graceUntilNs = until.nanoseconds
    }
    grant.seatsUsed = UInt32(clamping: ledger.used)
    grant.seatsIncluded = allowance.included
    grant.seatsLimit = allowance.limit ?? 0
    return grant
  }

  /// Starts or lengthens the lease when a grant goes out.
  public mutating func startLease(at now: BootTime, server: ServerTime, timing: SessionTiming) {
    let remaining = granted.map { $0.notAfter - server } ?? .zero
    if lease == nil {
      lease = Lease(at: now, duration: timing.leaseDuration, grantRemaining: remaining)
    } else {
      lease?.renew(at: now, duration: timing.leaseDuration, grantRemaining: remaining)
    }
  }

  /// Takes a Heartbeat: renews the lease while the grant holds, and says what to answer. `nil` where it carries another ratchet
  /// value than this session's; then it is not answered, and the session is closed as malformed.
  ///
  /// - Parameter renews: False for a session whose seat is in doubt or refused: it is heard, and its lease runs out.
  public mutating func heartbeat(
    _ heartbeat: Lowlayer_Agent_V1_Heartbeat, renews: Bool, at now: BootTime, server: ServerTime, timing: SessionTiming
  ) -> Lowlayer_Agent_V1_LeaseAck? {
    guard ratchet.confirm(Array(heartbeat.ratchet)) else { return nil }
    if renews, let granted, server < granted.notAfter { startLease(at: now, server: server, timing: timing) }
    var answer = Lowlayer_Agent_V1_LeaseAck()
    answer.sequence = heartbeat.sequence
    answer.leaseRemainingMs = (lease?.remaining(at: now) ?? .zero).wholeMilliseconds
    answer.serverTimeNs = server.nanoseconds
    return answer
  }

  /// The holder was fenced: neither grant nor lease are in force. The next grant has a higher epoch.
  public mutating func fence(at now: BootTime) {
    granted = nil
    grantDigest = []
    lease?.revoke(at: now)
  }
}
