/// The challenges that wait for an answer: one per session, each good once and for 60 seconds.
///
/// Times are since any fixed moment, on a clock that the wall clock's setting does not move.
public struct ChallengeBook: Sendable {
  /// How long a challenge may be answered.
  public static let lifetime: Duration = .seconds(60)

  private struct Entry: Sendable {
    let challenge: Challenge
    let issued: Duration
  }

  private var entries: [[UInt8]: Entry] = [:]

  /// A book without challenges.
  public init() {}

  /// How many wait for an answer, those included whose time is over.
  public var count: Int { entries.count }

  /// Notes the challenge that is sent in that session; one that waited there is void from then on.
  public mutating func issue(_ challenge: Challenge, session: [UInt8], at now: Duration) {
    entries[session] = Entry(challenge: challenge, issued: now)
  }

  /// The challenge that an answer in that session is to. It is void afterwards, whether the answer is good or not.
  public mutating func take(session: [UInt8], at now: Duration) throws(AttestationRefusal) -> Challenge {
    guard let entry = entries.removeValue(forKey: session) else { throw .challengeUnknown }
    let age = now - entry.issued
    guard age >= .zero, age <= Self.lifetime else { throw .challengeExpired(age.components.seconds) }
    return entry.challenge
  }

  /// Forgets a session that ended.
  public mutating func forget(session: [UInt8]) { entries[session] = nil }

  /// Forgets what nobody answered in time.
  public mutating func sweep(at now: Duration) {
    entries = entries.filter { now - $0.value.issued <= Self.lifetime }
  }
}
