import LicenseProtocol

/// Two sessions that claim one seat, while it is being decided.
struct Contest: Sendable {
  /// The protocol's rules.
  var rules: CloneContest
  /// The session that raised the doubt.
  var challenger: UInt64
  /// The one that held the lease; `nil` where there was none.
  var incumbent: UInt64?
  /// What was attested of each side that passed.
  var attested: [CloneContest.Side: LicenseProtocol.AttestedKey] = [:]
  /// The node's UID of each side that passed.
  var uids: [CloneContest.Side: String] = [:]
  /// Whether it has ended, and how is being saved.
  var isDecided = false

  /// The sessions of all its sides.
  var sessions: [UInt64] { [challenger] + (incumbent.map { [$0] } ?? []) }

  /// A side's session; `nil` where there is no such side.
  func session(of side: CloneContest.Side) -> UInt64? { side == .challenger ? challenger : incumbent }

  /// Which side a session is on.
  func side(of session: UInt64) -> CloneContest.Side? {
    if session == challenger { return .challenger }
    return session == incumbent ? .incumbent : nil
  }
}
