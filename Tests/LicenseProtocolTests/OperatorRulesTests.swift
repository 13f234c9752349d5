import Crypto
import Foundation
import LicenseProtocol
import SwiftProtobuf
import Testing

@Suite("Seats of an organisation")
struct SeatLedgerTests {
  static func allowance(included: UInt32 = 2, limit: UInt32?) -> SeatAllowance {
    SeatAllowance(mode: .platform, included: included, limit: limit)
  }

  @Test("above included is billed, above the limit is refused in words, unlimited is unlimited")
  func limits() throws {
    var ledger = SeatLedger(organisation: "acme")
    let allowance = SeatLedgerTests.allowance(limit: 3)
    for (node, billed) in [("a", 0), ("b", 0), ("c", 1)] {
      ledger = try ledger.taking(node, allowance: allowance)
      #expect(ledger.billed(allowance) == billed)
    }
    #expect(throws: LicenseRefusal.noSeat(organisation: "acme", node: "d", used: 3, limit: 3)) {
      try ledger.taking("d", allowance: allowance)
    }
    #expect(try ledger.taking("a", allowance: allowance) == ledger, "who has a seat keeps it")
    #expect(try ledger.releasing("a").taking("d", allowance: allowance).holders == ["b", "c", "d"])
    #expect(try ledger.taking("d", allowance: SeatLedgerTests.allowance(limit: nil)).used == 4)
    let lowered = SeatLedgerTests.allowance(limit: 1)
    #expect(try ledger.taking("a", allowance: lowered) == ledger)
    #expect(throws: LicenseRefusal.self) { try ledger.taking("b", allowance: lowered) }
  }

  @Test(
    "50 nodes race for 10 seats by compare-and-swap: 10 get one, none twice, and none is lost",
    arguments: 0..<50 as Range<UInt64>)
  func race(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let allowance = SeatLedgerTests.allowance(limit: 10)
    var stored = SeatLedger(organisation: "acme")
    var pending: [(node: String, made: SeatLedger?, of: UInt64)] = (0..<50).map { ("node-\($0)", nil, 0) }
    var refused = 0
    while !pending.isEmpty {
      let index = Int.random(in: pending.indices, using: &random)
      let node = pending[index].node
      if let made = pending[index].made {
        let wins = stored.compareAndSwap(made, expected: pending[index].of)
        #expect(wins == (stored.version == made.version && stored == made))
        if wins { pending.remove(at: index) } else { pending[index].made = nil }
      } else {
        do {
          pending[index].made = try stored.taking(node, allowance: allowance)
          pending[index].of = stored.version
        } catch {
          #expect(error.reason == .noSeat)
          pending.remove(at: index)
          refused += 1
        }
      }
      #expect(stored.used <= 10)
    }
    #expect(stored.used == 10)
    #expect(Set(stored.holders).count == 10)
    #expect(stored.version == 10)
    #expect(refused == 40)
  }
}

@Suite("The entitlement that an operator keeps")
struct CacheTests {
  static let keyServer = P256.Signing.PrivateKey()
  static let nonce = [UInt8](repeating: 5, count: 32)
  static let now = Scene.serverStart

  static func update(
    _ change: (inout Lowlayer_Keyserver_V1_Entitlement) -> Void = { _ in }
  ) throws -> Lowlayer_Keyserver_V1_EntitlementUpdate {
    var entitlement = Lowlayer_Keyserver_V1_Entitlement()
    entitlement.licensee = "root-cluster"
    entitlement.nonce = Data(nonce)
    entitlement.mode = .enterprise
    entitlement.protocol = 1
    entitlement.issuedAtNs = now.nanoseconds
    entitlement.notAfterNs = (now + .seconds(3600)).nanoseconds
    entitlement.graceUntilNs = (now + .seconds(86_400)).nanoseconds
    entitlement.organisations = [
      .with {
        $0.organisation = "acme"
        $0.nodesIncluded = 2
        $0.nodesLimit = 3
      },
      .with { $0.organisation = "example" },
    ]
    change(&entitlement)
    return try EntitlementSignature.sign(entitlement, with: keyServer)
  }

  static func cache() throws -> EntitlementCache {
    var cache = EntitlementCache(
      licensee: "root-cluster", key: Array(keyServer.publicKey.derRepresentation))
    try cache.accept(try update(), nonce: nonce, at: now)
    return cache
  }

  @Test("in force, in grace, lapsed; a grant never reaches past grace")
  func standings() throws {
    let cache = try CacheTests.cache()
    let (end, grace) = (CacheTests.now + .seconds(3600), CacheTests.now + .seconds(86_400))
    #expect(cache.standing(at: CacheTests.now) == .current(until: end))
    #expect(cache.standing(at: end) == .grace(until: grace))
    #expect(cache.standing(at: grace) == .lapsed(at: grace))
    #expect(cache.grantEnd(at: CacheTests.now, length: .seconds(60)) == CacheTests.now + .seconds(60))
    #expect(cache.grantEnd(at: end, length: .seconds(604_800)) == grace)
    #expect(cache.grantEnd(at: grace, length: .seconds(60)) == nil)
    #expect(throws: LicenseRefusal.self) { try cache.allowance(for: "acme", at: grace) }
    let none = EntitlementCache(licensee: "root-cluster", key: cache.key)
    #expect(none.standing(at: CacheTests.now) == .none)
    #expect(throws: LicenseRefusal.self) { try none.allowance(for: "acme", at: CacheTests.now) }
  }

  @Test("what an organisation may take: included, limit, unlimited, unknown, native")
  func allowances() throws {
    var cache = try CacheTests.cache()
    let now = CacheTests.now
    #expect(try cache.allowance(for: "acme", at: now) == SeatAllowance(mode: .enterprise, included: 2, limit: 3))
    #expect(try cache.allowance(for: "example", at: now) == SeatAllowance(mode: .enterprise, included: 0, limit: nil))
    #expect { try cache.allowance(for: "other", at: now) } throws: { ($0 as? LicenseRefusal)?.reason == .noEntitlement }
    try cache.accept(try CacheTests.update { $0.mode = .native }, nonce: CacheTests.nonce, at: now)
    #expect { try cache.allowance(for: "acme", at: now) } throws: { ($0 as? LicenseRefusal)?.reason == .nativeMode }
  }

  typealias Change = @Sendable (inout Lowlayer_Keyserver_V1_Entitlement) -> Void
  static let faults: [(fault: EntitlementCache.Fault, change: Change)] = [
    (.otherLicensee("else"), { $0.licensee = "else" }),
    (.otherNonce, { $0.nonce = Data(repeating: 6, count: 32) }),
    (.otherNonce, { $0.nonce = Data() }),
    (.older(issued: CacheTests.now + .nanoseconds(-1), held: CacheTests.now), { $0.issuedAtNs -= 1 }),
    (
      .runOut,
      {
        $0.issuedAtNs += 1
        $0.notAfterNs = $0.issuedAtNs + 1
        $0.graceUntilNs = $0.notAfterNs
      }
    ),
    (.malformed, { $0.issuedAtNs = $0.graceUntilNs }),
    (.malformed, { $0.graceUntilNs = $0.notAfterNs - 1 }),
    (.malformed, { $0.mode = .unspecified }),
    (.malformed, { $0.protocol = 2 }),
  ]

  @Test("a key server whose clock was an hour ahead is believed again once it is past that, and until when is said")
  func olderUpdate() throws {
    var cache = try CacheTests.cache()
    let ahead = CacheTests.now + .seconds(3600)
    func accept(at time: ServerTime) throws {
      let update = try CacheTests.update {
        $0.issuedAtNs = time.nanoseconds
        $0.notAfterNs = (time + .seconds(3600)).nanoseconds
      }
      try cache.accept(update, nonce: CacheTests.nonce, at: CacheTests.now)
    }
    try accept(at: ahead)
    let error = #expect(throws: EntitlementCache.Fault.self) { try accept(at: CacheTests.now + .seconds(1800)) }
    #expect(
      error?.description
        == "it was issued at 2026-11-21 22:56 UTC, before the one that is held, of 2026-11-21 23:26 UTC: "
        + "the key server's clock was ahead then, or is behind now; "
        + "its answers are believed again once that clock is past 2026-11-21 23:26 UTC")
    #expect(cache.standing(at: CacheTests.now) == .current(until: ahead + .seconds(3600)))
    try accept(at: ahead)
  }

  @Test("an operator above that is in its grace answers with what is over already: that is grace from the first moment")
  func issuedInGrace() throws {
    var cache = EntitlementCache(
      licensee: "root-cluster", key: Array(CacheTests.keyServer.publicKey.derRepresentation))
    let update = try CacheTests.update { $0.notAfterNs = $0.issuedAtNs - 60_000_000_000 }
    try cache.accept(update, nonce: CacheTests.nonce, at: CacheTests.now)
    #expect(cache.standing(at: CacheTests.now) == .grace(until: CacheTests.now + .seconds(86_400)))
  }

  @Test(
    "an update that is another's, a replay, run out or out of order is not believed, and the one that is held stays")
  func faults() throws {
    var cache = try CacheTests.cache()
    let before = cache
    for (fault, change) in CacheTests.faults {
      #expect(throws: fault) {
        try cache.accept(try CacheTests.update(change), nonce: CacheTests.nonce, at: CacheTests.now + .seconds(10))
      }
      #expect(cache == before)
    }
    var forged = try CacheTests.update()
    forged.signed.append(0)
    #expect(throws: EntitlementCache.Fault.signature(.mismatch)) {
      try cache.accept(forged, nonce: CacheTests.nonce, at: CacheTests.now)
    }
    let saved = EntitlementCache(licensee: "root-cluster", key: cache.key, saved: cache.update)
    #expect(saved == cache)
    #expect(EntitlementCache(licensee: "root-cluster", key: cache.key, saved: forged).update == nil)
  }
}

@Suite("Two machines on one seat")
struct CloneContestTests {
  static let start = BootTime(sinceBoot: .seconds(100))

  static let table:
    [(
      incumbent: CloneContest.Answer?, challenger: CloneContest.Answer, winner: CloneContest.Side?,
      fenced: [CloneContest.Side]
    )] = [
      (.passed, .failed("x"), .incumbent, [.challenger]),
      (.passed, .awaited, .incumbent, [.challenger]),
      (.failed("x"), .passed, .challenger, [.incumbent]),
      (.awaited, .passed, .challenger, [.incumbent]),
      (.passed, .passed, .incumbent, [.challenger]),
      (.failed("x"), .failed("x"), nil, [.challenger, .incumbent]),
      (.awaited, .awaited, nil, [.challenger, .incumbent]),
      (nil, .passed, .challenger, []),
      (nil, .failed("x"), nil, [.challenger]),
      (nil, .awaited, nil, [.challenger]),
    ]

  @Test("who does not pass loses; where both pass, who came with the older state loses")
  func outcomes() {
    for row in CloneContestTests.table {
      let now = CloneContestTests.start
      var contest = CloneContest(
        nodeName: "worker-7", doubt: .ratchet(.unknown), hasIncumbent: row.incumbent != nil, at: now)
      #expect(contest.verdict(at: now) == nil)
      if let answer = row.incumbent, answer != .awaited { contest.take(answer, from: .incumbent, at: now) }
      if row.challenger != .awaited { contest.take(row.challenger, from: .challenger, at: now) }
      let isWaiting = row.incumbent == .awaited || row.challenger == .awaited
      #expect((contest.verdict(at: now + .seconds(59)) == nil) == isWaiting)
      let end = now + .seconds(60)
      // An answer after the deadline changes nothing.
      contest.take(.passed, from: .incumbent, at: end)
      contest.take(.passed, from: .challenger, at: end)
      let verdict = contest.verdict(at: end)
      #expect(verdict?.winner == row.winner, "\(row)")
      #expect(Set(verdict?.fenced.keys.map { $0 } ?? []) == Set(row.fenced), "\(row)")
      #expect(verdict?.fenced.values.allSatisfy { $0.reason == .clone } == true)
      #expect(
        verdict?.event.hasPrefix("Node worker-7: the ratchet value presented is older than the last two; ") == true)
    }
  }

  @Test("what is taken back of who passed: it has not passed, whoever else has not")
  func disqualified() {
    let now = CloneContestTests.start
    for row in CloneContestTests.table where row.challenger == .passed {
      var contest = CloneContest(
        nodeName: "n", doubt: .clockBehind, hasIncumbent: row.incumbent != nil, at: now)
      if let answer = row.incumbent, answer != .awaited { contest.take(answer, from: .incumbent, at: now) }
      contest.take(.passed, from: .challenger, at: now)
      contest.disqualify(.challenger, "its consent is gone")
      let verdict = contest.verdict(at: now + .seconds(60))
      #expect(verdict?.winner == (row.incumbent == .passed ? .incumbent : nil), "\(row)")
      #expect(verdict?.fenced[.challenger]?.message.hasSuffix(": its consent is gone.") == true, "\(row)")
    }
    // Who has not passed has nothing to lose.
    var contest = CloneContest(nodeName: "n", doubt: .clockBehind, hasIncumbent: true, at: now)
    contest.disqualify(.challenger, "x")
    contest.disqualify(.incumbent, "x")
    #expect(contest.isAwaiting(.challenger) && contest.isAwaiting(.incumbent))
  }

  @Test("an answer counts once")
  func twice() {
    var contest = CloneContest(nodeName: "n", doubt: .clockBehind, hasIncumbent: false, at: CloneContestTests.start)
    contest.take(.failed("x"), from: .challenger, at: CloneContestTests.start)
    contest.take(.passed, from: .challenger, at: CloneContestTests.start)
    #expect(contest.verdict(at: CloneContestTests.start)?.winner == nil)
    #expect(!contest.isAwaiting(.incumbent))
  }
}

@Suite("The brake on mass expiry")
struct ExpiryBrakeTests {
  static let names = (0..<100).map { "node-\($0)" }

  @Test("a share of the seats, and a few in any case, may be tainted; more are held, all of them")
  func shares() {
    for (seats, expired, share, taints) in [
      (100, 20, 20, true), (100, 21, 20, false), (100, 100, 20, false), (3, 2, 20, true), (3, 3, 20, false),
      (100, 100, 100, true), (100, 3, 0, false), (100, 2, 0, true),
    ] {
      var brake = ExpiryBrake(share: share)
      let nodes = Array(ExpiryBrakeTests.names.prefix(expired))
      let verdict = brake.judge(expired: nodes, seats: seats, at: SeatTests.start)
      #expect((verdict == .taint(nodes)) == taints, "\(expired) of \(seats) at \(share) %")
    }
  }

  @Test("what was held is tainted when a person releases it, or when few enough are left")
  func release() {
    var brake = ExpiryBrake()
    let nodes = Array(ExpiryBrakeTests.names.prefix(50))
    #expect(brake.judge(expired: nodes, seats: 100, at: SeatTests.start) == .hold(expired: nodes, allowed: 20))
    let few = Array(nodes.prefix(5))
    #expect(brake.judge(expired: few, seats: 100, at: SeatTests.start + .seconds(10)) == .taint(few))
    #expect(
      brake.judge(expired: nodes, seats: 100, at: SeatTests.start + .seconds(20)) == .hold(expired: nodes, allowed: 15))
    #expect(
      brake.judge(expired: nodes, seats: 100, released: true, at: SeatTests.start + .seconds(30)) == .taint(nodes))
  }

  @Test(
    "whatever expires when: in no window more nodes are tainted than the share", arguments: 0..<200 as Range<UInt64>)
  func property(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let seats = Int.random(in: 1...200, using: &random)
    var brake = ExpiryBrake(
      share: Int.random(in: 0...60, using: &random), minimum: Int.random(in: 0...3, using: &random))
    var now = SeatTests.start
    var tainted: [(at: BootTime, count: Int)] = []
    for _ in 0..<100 {
      now = now + .seconds(Int64.random(in: 1...120, using: &random))
      let expired = (0..<Int.random(in: 0...max(seats / 4, 1), using: &random)).map { "n\($0)" }
      if case .taint(let nodes) = brake.judge(expired: expired, seats: seats, at: now) {
        tainted.append((now, nodes.count))
      }
      let inWindow = tainted.filter { now - $0.at < brake.window }.reduce(0) { $0 + $1.count }
      #expect(inWindow <= brake.allowance(seats: seats), "seed \(seed)")
    }
  }
}
