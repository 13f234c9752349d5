import LicenseProtocol
import Testing

@Suite("A seat's ratchet against recorded histories")
struct RatchetVectorTests {
  @Test("every session's verdict, in every history; together they have all verdicts")
  func histories() throws {
    var seen = Set<String>()
    for history in try RecordedVectors.byteStrings().ratchets {
      var ratchet = Ratchet()
      for (index, session) in history.sessions.enumerated() {
        let place = "\(history.name), session \(index)"
        let presented = try hex(session.presented)
        let verdict = ratchet.judge(presented)
        #expect(word(verdict) == session.verdict, "\(place)")
        #expect(verdict.isAccepted == session.accepted, "\(place)")
        seen.insert(session.verdict)
        // A session that got no seat leaves nothing behind.
        guard let issued = session.issued else { continue }
        ratchet.issue(try hex(issued), presented: presented)
        guard session.confirmed == true else { continue }
        let isConfirmed = ratchet.confirm(try hex(issued))
        #expect(isConfirmed, "\(place)")
      }
    }
    #expect(seen.count == 7)
  }

  private func word(_ verdict: Ratchet.Verdict) -> String {
    switch verdict {
    case .first: "first"
    case .current: "last"
    case .previousOnce: "previous"
    case .previousAgain: "previous-again"
    case .setBack: "set-back"
    case .missing: "missing"
    case .unknown: "unknown"
    }
  }
}
