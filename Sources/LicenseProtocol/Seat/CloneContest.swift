/// Two machines claim one seat, or one machine was set back: both sides are challenged, and the loser is fenced.
///
/// Who does not pass loses. Where both pass, they share their key, and who came with the older state loses.
public struct CloneContest: Sendable, Hashable {
  /// Who claims the seat.
  public enum Side: Sendable, Hashable, CaseIterable {
    /// The session that held the lease when the doubt arose.
    case incumbent
    /// The session that raised the doubt.
    case challenger
  }

  /// How a side's challenge went.
  public enum Answer: Sendable, Hashable {
    /// It is still to come.
    case awaited
    /// Its keys were attested.
    case passed
    /// They were not; why, as a clause.
    case failed(String)
  }

  /// How it ended.
  public struct Verdict: Sendable, Hashable {
    /// Who keeps the seat; `nil` where neither passed.
    public var winner: Side?
    /// Who is fenced, and with which words.
    public var fenced: [Side: LicenseRefusal]
    /// What the operator's event says.
    public var event: String
  }

  /// The node's name.
  public let nodeName: String
  /// What raised it.
  public let doubt: SeatDoubt
  /// Until when the challenges may be answered.
  public let deadline: BootTime
  private var answers: [Side: Answer]

  /// A contest that begins at `now`. `hasIncumbent` is whether another session holds a live lease.
  public init(nodeName: String, doubt: SeatDoubt, hasIncumbent: Bool, at now: BootTime) {
    self.nodeName = nodeName
    self.doubt = doubt
    deadline = now + SessionTiming.challengeLifetime
    answers = hasIncumbent ? [.incumbent: .awaited, .challenger: .awaited] : [.challenger: .awaited]
  }

  /// Whether `side` was challenged and has not answered.
  public func isAwaiting(_ side: Side) -> Bool { answers[side] == .awaited }

  /// Takes a side's answer; one that comes after the deadline, or twice, changes nothing.
  public mutating func take(_ answer: Answer, from side: Side, at now: BootTime) {
    guard now < deadline, answers[side] == .awaited else { return }
    answers[side] = answer
  }

  /// Takes back that a side passed; why, as a clause. What may be held with its keys has changed since it answered.
  public mutating func disqualify(_ side: Side, _ clause: String) {
    if answers[side] == .passed { answers[side] = .failed(clause) }
  }

  /// How it ended; `nil` while an answer may still come.
  public func verdict(at now: BootTime) -> Verdict? {
    let isOver = now >= deadline
    guard isOver || !answers.values.contains(.awaited) else { return nil }
    var fenced: [Side: LicenseRefusal] = [:]
    for (side, answer) in answers {
      switch answer {
      case .passed: break
      case .awaited: fenced[side] = .clone(node: nodeName, "this one did not answer the challenge")
      case .failed(let clause): fenced[side] = .clone(node: nodeName, clause)
      }
    }
    if answers[.incumbent] == .passed, answers[.challenger] == .passed {
      fenced[.challenger] = .clone(node: nodeName, "both hold its key, and of this one \(doubt.words)")
    }
    let winner = Side.allCases.first { answers[$0] != nil && fenced[$0] == nil }
    let ending =
      switch winner {
      case .incumbent?: "the session that held the seat keeps it, the other is fenced"
      case .challenger? where answers[.incumbent] == nil: "its keys were attested again and it keeps the seat"
      case .challenger?: "the new session's keys were attested, the one that held the seat is fenced"
      case nil: "nobody passed the challenge"
      }
    return Verdict(winner: winner, fenced: fenced, event: "Node \(nodeName): \(doubt.words); \(ending).")
  }
}
