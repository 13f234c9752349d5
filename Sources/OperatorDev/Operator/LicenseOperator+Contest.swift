import LicenseProtocol
import SwiftProtobuf

extension LicenseOperator {
  /// Begins to decide who has a seat that two claim.
  /// - Returns: whether it began; where one is under way already, the newcomer is sent away.
  func contest(_ seat: SeatID, _ doubt: SeatDoubt, challenger: UInt64) -> Bool {
    guard contests[seat] == nil else {
      refuse(challenger, .contested)
      return false
    }
    let isLive = state.seats[seat]?.rules.lease?.isLive(at: now) ?? false
    let incumbent = isLive ? sessionOfSeat[seat].flatMap { $0 == challenger ? nil : $0 } : nil
    contests[seat] = Contest(
      rules: CloneContest(nodeName: seat.node, doubt: doubt, hasIncumbent: incumbent != nil, at: now),
      challenger: challenger, incumbent: incumbent)
    event(.cloneSuspected, seat, "Node \(seat.node): \(doubt.words).")
    if let incumbent {
      sessions[incumbent]?.outbox.send(
        .attestationRequest(.with { $0.message = "Another machine claims the seat of node \(seat.node)." }))
    }
    return true
  }

  /// The seat that a session contends for.
  func contestedSeat(of session: UInt64) -> SeatID? {
    contests.first { $0.value.side(of: session) != nil }?.key
  }

  /// Ends a contest that is decided. What follows from it is done apart, because it is saved first.
  func settleContest(_ seat: SeatID) {
    guard let contest = contests[seat], let verdict = contest.rules.verdict(at: now) else { return }
    contests[seat] = nil
    event(.cloneSuspected, seat, verdict.event)
    for (side, refusal) in verdict.fenced {
      if let loser = side == .challenger ? contest.challenger : contest.incumbent { fence(loser, refusal) }
    }
    // The verdict stands whether or not the message that brought it is still being handled.
    Task { await award(seat, contest, to: verdict.winner) }
  }

  private func award(_ id: SeatID, _ contest: Contest, to winner: CloneContest.Side?) async {
    guard var seat = state.seats[id] else { return }
    let before = seat
    if let attested = winner.flatMap({ contest.attested[$0] }) {
      take(winner.flatMap { contest.uids[$0] }, for: &seat)
      seat.rules.settle(attested)
      // A grant names the key that it is for.
      if seat.rules.key.digest != before.rules.key.digest { seat.rules.grantDigest = [] }
    }
    switch winner {
    case .incumbent?:
      guard let session = contest.incumbent else { return }
      _ = await promise(seat, insteadOf: before, for: session)
    case .challenger?:
      if contest.incumbent != nil { seat.rules.fence(at: now) }
      guard let session = sessions[contest.challenger], session.phase != .over else {
        // It has gone meanwhile, and the other was told that it is fenced.
        _ = await promise(seat, insteadOf: before, for: contest.challenger)
        return
      }
      seat.rules.ratchet.issue(session.ratchet, presented: Array(session.hello.ratchet))
      guard await promise(seat, insteadOf: before, for: contest.challenger) else { return }
      sit(contest.challenger, on: id)
      await license(contest.challenger)
    case nil:
      seat.rules.fence(at: now)
      _ = await promise(seat, insteadOf: before, for: contest.challenger)
    }
  }

  /// The seat is that of a Node object that was made again under its name, where its UID says so; a grant names that.
  func take(_ uid: String?, for seat: inout Seat) {
    guard let uid, uid != seat.rules.nodeUID else { return }
    seat.rules = seat.rules.renewed(uid: uid, at: now, leaseDuration: settings.leaseDuration)
    seat.rules.grantDigest = []
  }

  /// A side that has gone has not passed; one whose time is over neither. Where nobody else claims the seat, a connection
  /// that broke proves nothing and leaves nobody to be fenced: whoever comes next is asked instead.
  func settleContests() {
    for (seat, contest) in contests {
      let isGone = { (session: UInt64) in self.sessions[session].map { $0.phase == .over } ?? true }
      if contest.incumbent == nil, contest.rules.isAwaiting(.challenger), isGone(contest.challenger) {
        contests[seat] = nil
        event(
          .cloneSuspected, seat,
          "Node \(seat.node): \(contest.rules.doubt.words); it hung up before it answered, and is asked when it comes "
            + "back."
        )
        continue
      }
      for (side, session) in [(CloneContest.Side.challenger, contest.challenger), (.incumbent, contest.incumbent ?? 0)]
      where contest.rules.isAwaiting(side) && isGone(session) {
        contests[seat]?.take(.failed("this one hung up before it answered the challenge"), of: session, at: now)
      }
      settleContest(seat)
    }
  }
}

extension LicenseRefusal {
  /// While a contest is under way, for everybody else.
  static let contested = LicenseRefusal.unavailable(
    "two machines claim this seat, and it is being decided which has it")
}

extension Contest {
  /// Takes how a session's challenge went.
  mutating func take(
    _ answer: CloneContest.Answer, of session: UInt64, at now: BootTime,
    _ proven: (key: LicenseProtocol.AttestedKey, uid: String)? = nil
  ) {
    guard let side = side(of: session) else { return }
    rules.take(answer, from: side, at: now)
    guard let proven else { return }
    attested[side] = proven.key
    uids[side] = proven.uid
  }
}
