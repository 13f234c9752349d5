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

  /// Ends a contest that is decided. The verdict holds from now on, and is told once it is saved.
  func settleContest(_ id: SeatID) {
    guard var contest = contests[id], !contest.isDecided, contest.rules.verdict(at: now) != nil else { return }
    guard let before = state.seats[id] else {
      // Whoever had it could not be saved.
      contests[id] = nil
      for session in contest.sessions where isHeard(session) {
        refuse(session, .unavailable("the seat was freed while it was decided who has it"))
      }
      return
    }
    // A minute may have passed since a side passed, and seats and consent may be others now.
    for (side, attested) in contest.attested {
      do throws(LicenseRefusal) {
        try checkSeat(attested, asNext: false, of: id)
      } catch {
        contest.rules.disqualify(side, error.clause)
      }
    }
    guard let verdict = contest.rules.verdict(at: now) else { return }
    contest.isDecided = true
    contests[id] = contest
    let decided = contest
    let after = outcome(of: decided, verdict, for: before)
    state.seats[id] = after
    // Who held the seat and keeps it goes on whatever becomes of the saving.
    let stays = verdict.winner == .incumbent ? decided.incumbent : nil
    let leaving = decided.sessions.filter { $0 != stays && isHeard($0) }
    for side in verdict.fenced.keys { if let loser = decided.session(of: side) { hush(loser) } }
    // The verdict stands whether or not the message that brought it is still being handled.
    Task { await tell(verdict, of: decided, after, insteadOf: before, orSendAway: leaving) }
  }

  /// The seat as a verdict leaves it.
  private func outcome(of contest: Contest, _ verdict: CloneContest.Verdict, for before: Seat) -> Seat {
    var seat = before
    if let winner = verdict.winner, let attested = contest.attested[winner] {
      take(contest.uids[winner], for: &seat)
      seat.rules.settle(attested)
      // A grant names the key that it is for.
      if seat.rules.key.digest != before.rules.key.digest { seat.rules.grantDigest = [] }
    }
    switch verdict.winner {
    case .incumbent?: break
    case .challenger?:
      // Also where the winner has gone meanwhile: the other is told that it is fenced.
      if contest.incumbent != nil { seat.rules.fence(at: now) }
      if isHeard(contest.challenger), let session = sessions[contest.challenger] {
        seat.rules.ratchet.issue(session.ratchet, presented: Array(session.hello.ratchet))
      }
    case nil: seat.rules.fence(at: now)
    }
    return seat
  }

  /// Saves a verdict, and then tells it: an operator that is killed in between has told nobody what it forgets. Where
  /// it cannot be saved there is none: a holder that was to keep the seat goes on, and everybody else comes again.
  private func tell(
    _ verdict: CloneContest.Verdict, of contest: Contest, _ seat: Seat, insteadOf before: Seat,
    orSendAway leaving: [UInt64]
  ) async {
    let id = seat.id
    do throws(OperatorError) {
      try await save()
    } catch {
      contests[id] = nil
      // Somebody else may have gone on with the seat meanwhile; only our own change is taken back.
      if state.seats[id]?.rules == seat.rules { state.seats[id]?.rules = before.rules }
      event(
        .cloneSuspected, id,
        "Node \(id.node): \(contest.rules.doubt.words); the verdict cannot be saved, so nobody is told, and who is in "
          + "doubt is asked again.")
      for session in leaving { refuse(session, .unavailable("its own state cannot be saved")) }
      return
    }
    contests[id] = nil
    event(.cloneSuspected, id, verdict.event)
    for (side, refusal) in verdict.fenced {
      if let loser = contest.session(of: side) { fence(loser, refusal) }
    }
    guard verdict.winner == .challenger, isHeard(contest.challenger) else { return }
    sit(contest.challenger, on: id)
    await license(contest.challenger)
  }

  /// Whether what a session says still counts.
  private func isHeard(_ session: UInt64) -> Bool { sessions[session].map { $0.phase != .over } ?? false }

  /// Nothing that a loser says counts any more, and nobody renews its lease; why, it hears when the verdict is saved.
  private func hush(_ id: UInt64) {
    sessions[id]?.enter(.over, at: now)
    if let seat = sessions[id]?.seat, sessionOfSeat[seat] == id { sessionOfSeat[seat] = nil }
  }

  /// The seat is that of a Node object that was made again under its name, where its UID says so; a grant names that.
  func take(_ uid: String?, for seat: inout Seat) {
    guard let uid, uid != seat.rules.nodeUID else { return }
    seat.rules.nodeUID = uid
    seat.rules.grantDigest = []
  }

  /// A side that has gone has not passed; one whose time is over neither. Where nobody else claims the seat, a connection
  /// that broke proves nothing and leaves nobody to be fenced: whoever comes next is asked instead.
  func settleContests() {
    for (seat, contest) in contests where !contest.isDecided {
      if contest.incumbent == nil, contest.rules.isAwaiting(.challenger), !isHeard(contest.challenger) {
        contests[seat] = nil
        event(
          .cloneSuspected, seat,
          "Node \(seat.node): \(contest.rules.doubt.words); it hung up before it answered, and is asked when it comes "
            + "back."
        )
        continue
      }
      for (side, session) in [(CloneContest.Side.challenger, contest.challenger), (.incumbent, contest.incumbent ?? 0)]
      where contest.rules.isAwaiting(side) && !isHeard(session) {
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

  /// The words, where they become the end of another sentence.
  var clause: String { message.hasSuffix(".") ? String(message.dropLast()) : message }
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
