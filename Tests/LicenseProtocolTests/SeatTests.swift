import Crypto
import Foundation
import LicenseProtocol
import SwiftProtobuf
import Testing

@Suite("An operator's seat")
struct SeatTests {
  static let start = BootTime(sinceBoot: .seconds(500))
  static let server = Scene.serverStart

  static func attested(
    _ key: UInt8, _ assurance: Lowlayer_Agent_V1_Assurance = .hardwareTpm, endorsement: UInt8 = 1,
    attestation: UInt8 = 1,
    clock: TPMClock? = TPMClock(clock: 1000, resetCount: 5, restartCount: 0, isSafe: true)
  ) -> AttestedKey {
    AttestedKey(
      key: .init(digest: [UInt8](repeating: key, count: 32), assurance: assurance),
      endorsementKey: [UInt8](repeating: endorsement, count: 32),
      attestationKey: [UInt8](repeating: attestation, count: 32), clock: clock)
  }

  static func seat() -> SeatState {
    SeatState(organisation: "acme", nodeName: "worker-7", nodeUID: "uid-7", attested: attested(1))
  }

  @Test("rotation: old and next key are both accepted until the next one's first session, then only the next")
  func rotation() throws {
    var seat = SeatTests.seat()
    let (old, next) = ([UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 32))
    #expect(try seat.attest(SeatTests.attested(2), asNext: true) == nil)
    #expect(seat.use(of: old) == .current)
    #expect(seat.use(of: next) == .next)
    _ = try seat.grant(
      claimed: 0, ledger: SeatLedger(organisation: "acme"), cache: try CacheTests.cache(), length: .seconds(100),
      at: SeatTests.server)
    seat.grantDigest = [9]
    #expect(!seat.isGrantDue(held: [9], at: SeatTests.server))
    seat.changeKey()
    #expect(seat.isGrantDue(held: [9], at: SeatTests.server), "the grant is bound to the old key")
    #expect(seat.use(of: old) == .unknown)
    #expect(seat.use(of: next) == .current)
    #expect(seat.use(of: []) == .unknown)
  }

  @Test("assurance is never lowered without consent, neither by a key nor by a next key")
  func assurance() throws {
    let levels: [Lowlayer_Agent_V1_Assurance] = [.fileKey, .virtualTpm, .hardwareTpm]
    for (held, from) in levels.enumerated() {
      for (offered, to) in levels.enumerated() {
        for asNext in [false, true] {
          var seat = SeatState(
            organisation: "acme", nodeName: "n", nodeUID: "", attested: SeatTests.attested(1, from))
          let before = seat
          if offered < held {
            #expect(throws: LicenseRefusal.assuranceLowered(from: from, to: to)) {
              try seat.attest(SeatTests.attested(2, to), asNext: asNext)
            }
            #expect(seat == before)
            #expect(try seat.attest(SeatTests.attested(2, to), asNext: asNext, consent: .lowerAssurance) == nil)
          } else {
            #expect(try seat.attest(SeatTests.attested(2, to), asNext: asNext) == nil)
          }
          #expect((asNext ? seat.nextKey : seat.key)?.assurance == to)
        }
      }
    }
  }

  @Test("another endorsement key needs its own consent")
  func endorsementKey() throws {
    var seat = SeatTests.seat()
    #expect(throws: LicenseRefusal.endorsementKeyBound(node: nil)) {
      try seat.attest(SeatTests.attested(2, endorsement: 9), asNext: false, consent: .lowerAssurance)
    }
    #expect(try seat.attest(SeatTests.attested(2, endorsement: 9), asNext: false, consent: .otherEndorsementKey) == nil)
  }

  @Test(
    "a TPM clock that went backwards is a doubt, and nothing is pinned",
    arguments: [
      (TPMClock(clock: 999, resetCount: 5, restartCount: 0, isSafe: true), true),
      (TPMClock(clock: 999, resetCount: 5, restartCount: 0, isSafe: false), true),
      (TPMClock(clock: 1000, resetCount: 5, restartCount: 0, isSafe: true), false),
      (TPMClock(clock: 9999, resetCount: 4, restartCount: 9, isSafe: true), true),
      (TPMClock(clock: 1, resetCount: 6, restartCount: 0, isSafe: false), false),
      (TPMClock(clock: 1, resetCount: 6, restartCount: 0, isSafe: true), true),
      (TPMClock(clock: 1001, resetCount: 5, restartCount: 1, isSafe: true), false),
      (TPMClock(clock: 1, resetCount: 5, restartCount: 1, isSafe: true), true),
    ])
  func clock(clock: TPMClock, isBehind: Bool) throws {
    var seat = SeatTests.seat()
    let before = seat
    let doubt = try seat.attest(SeatTests.attested(2, clock: clock), asNext: false)
    #expect(doubt == (isBehind ? .clockBehind : nil))
    #expect((seat == before) == isBehind)
    var cleared = SeatTests.seat()
    #expect(try cleared.attest(SeatTests.attested(2, attestation: 2, clock: clock), asNext: false) == nil)
  }

  @Test("the taint follows the lease and nothing else; after the operator's start nobody is judged for a whole lease")
  func taint() {
    let timing = SessionTiming.standard
    var seat = SeatTests.seat()
    #expect(seat.isTaintWanted(at: SeatTests.start), "there was never a grant")
    seat.lease = Lease(at: SeatTests.start, duration: timing.leaseDuration, grantRemaining: .seconds(60))
    #expect(!seat.isTaintWanted(at: SeatTests.start + (.seconds(40) - .nanoseconds(1))))
    #expect(seat.isTaintWanted(at: SeatTests.start + .seconds(40)))
  }

  /// A seat whose last grant had so many seconds left when the operator started again; `nil` where it has none.
  private static func saved(epoch: UInt64, left: Int64?) -> SeatState {
    SeatState(
      organisation: "acme", nodeName: "n", nodeUID: "", key: seat().key, nextKey: nil, endorsementKey: [],
      attestationKey: [], tpmClock: nil, epoch: epoch, grantDigest: [1],
      granted: left.map {
        SeatState.GrantTerm(issued: server + .seconds(-100), notAfter: server + .seconds($0))
      },
      ratchet: Ratchet(), operatorStart: start, server: server, leaseDuration: SessionTiming.standard.leaseDuration)
  }

  @Test("an operator that starts again gives a seat with a grant a lease: whole, and never past the grant's not-after")
  func startedAgain() {
    for (left, lives) in [(60, 40), (40, 40), (15, 15), (0, 0), (-7, 0)] as [(Int64, Int64)] {
      let lease = SeatTests.saved(epoch: 3, left: left).lease
      #expect(lease?.remaining(at: SeatTests.start) == .seconds(lives), "\(left) s were left")
    }
    // The grant was taken from it: the taint is wanted, and it can be judged.
    #expect(SeatTests.saved(epoch: 3, left: nil).lease?.isLive(at: SeatTests.start) == false)
    // There was never a grant: it is not judged.
    #expect(SeatTests.saved(epoch: 0, left: nil).lease == nil)
  }

  @Test("a Heartbeat renews the lease to the grant's not-after at most, and only with this session's ratchet value")
  func heartbeat() throws {
    let (timing, ratchet) = (SessionTiming.standard, [UInt8](repeating: 3, count: 32))
    var seat = SeatTests.seat()
    seat.ratchet.issue(ratchet, presented: [])
    _ = try seat.grant(
      claimed: 0, ledger: SeatLedger(organisation: "acme"), cache: try CacheTests.cache(), length: .seconds(55),
      at: SeatTests.server)
    seat.startLease(at: SeatTests.start, server: SeatTests.server, timing: timing)
    var beat = Lowlayer_Agent_V1_Heartbeat()
    beat.sequence = 4
    #expect(seat.heartbeat(beat, renews: true, at: SeatTests.start, server: SeatTests.server, timing: timing) == nil)
    beat.ratchet = Data(ratchet)
    for (seconds, renews, remaining) in [(10, true, 40_000), (20, true, 35_000), (30, false, 25_000), (60, true, 0)]
      as [(Int64, Bool, UInt32)]
    {
      let later = Duration.seconds(seconds)
      let answer = seat.heartbeat(
        beat, renews: renews, at: SeatTests.start + later, server: SeatTests.server + later, timing: timing)
      #expect(answer?.leaseRemainingMs == remaining, "after \(seconds) s")
      #expect(answer?.sequence == 4)
      #expect(answer?.serverTimeNs == (SeatTests.server + later).nanoseconds)
    }
    #expect(seat.ratchet.isConfirmed)
  }

  @Test(
    "a grant's epoch is above the seat's and above what the node claims; one is due at half life or when it is not held"
  )
  func epochs() throws {
    var seat = SeatTests.seat()
    let (ledger, cache) = (SeatLedger(organisation: "acme", version: 1, holders: ["uid-7"]), try CacheTests.cache())
    func next(_ claimed: UInt64, _ seat: inout SeatState) throws -> Lowlayer_Agent_V1_Grant {
      try seat.grant(claimed: claimed, ledger: ledger, cache: cache, length: .seconds(100), at: SeatTests.server)
    }
    #expect(try next(0, &seat).epoch == 1)
    #expect(try next(0, &seat).epoch == 2)
    let high = try next(40, &seat)
    #expect(high.epoch == 41)
    #expect(high.seatsUsed == 1)
    #expect(high.keyDigest == Data(repeating: 1, count: 32))
    #expect(throws: LicenseRefusal.self) { try next(.max, &seat) }
    seat.grantDigest = [9]
    #expect(!seat.isGrantDue(held: [9], at: SeatTests.server + .seconds(49)))
    #expect(seat.isGrantDue(held: [9], at: SeatTests.server + .seconds(50)))
    #expect(seat.isGrantDue(held: [8], at: SeatTests.server))
    #expect(seat.isGrantDue(held: [], at: SeatTests.server))
    seat.fence(at: SeatTests.start)
    #expect(seat.isGrantDue(held: [9], at: SeatTests.server))
    #expect(seat.isTaintWanted(at: SeatTests.start))
  }
}

@Suite("A TPM's clock")
struct TPMClockTests {
  // TPM 2.0 part 1, 36.3: the clock's own value is saved every 2^22 ms at the least.
  @Test(
    "clock, resets and restarts only rise; a clock that lost its power may fall by what was not saved",
    arguments: [
      // clock, resets, restarts, safe: before and after, and whether that is behind.
      ((100, 5, 2, true), (100, 5, 2, true), false), ((100, 5, 2, true), (99, 5, 2, true), true),
      ((100, 5, 2, true), (200, 4, 9, true), true), ((100, 5, 2, true), (200, 5, 1, true), true),
      ((100, 5, 2, true), (200, 6, 0, true), false), ((5_000_000, 5, 2, true), (900_000, 6, 0, false), false),
      ((5_000_000, 5, 2, true), (900_000, 6, 0, true), true), ((5_000_000, 5, 2, true), (900_000, 5, 2, false), true),
      ((4_194_305, 5, 2, true), (1, 6, 0, false), false), ((4_194_306, 5, 2, true), (1, 6, 0, false), true),
    ] as [((UInt64, UInt32, UInt32, Bool), (UInt64, UInt32, UInt32, Bool), Bool)])
  func order(
    _ before: (UInt64, UInt32, UInt32, Bool), _ after: (UInt64, UInt32, UInt32, Bool), _ isBehind: Bool
  ) {
    #expect(clock(after).isBehind(clock(before)) == isBehind)
  }

  private func clock(_ value: (UInt64, UInt32, UInt32, Bool)) -> TPMClock {
    TPMClock(clock: value.0, resetCount: value.1, restartCount: value.2, isSafe: value.3)
  }
}

@Suite("The ratchet")
struct RatchetTests {
  static func value(_ number: UInt8) -> [UInt8] { [UInt8](repeating: number, count: 32) }

  @Test("the previous value is accepted once, where the last was never confirmed; an older one never")
  func table() {
    var ratchet = Ratchet()
    #expect(ratchet.judge([]) == .first)
    ratchet.issue(RatchetTests.value(1), presented: [])
    #expect(ratchet.confirm(RatchetTests.value(1)) == true)
    ratchet.issue(RatchetTests.value(2), presented: RatchetTests.value(1))
    #expect(ratchet.judge(RatchetTests.value(2)) == .current)
    #expect(ratchet.judge(RatchetTests.value(1)) == .previousOnce)
    #expect(ratchet.judge([]) == .missing)
    #expect(ratchet.judge(RatchetTests.value(9)) == .unknown)
    #expect(ratchet.judge(Array(RatchetTests.value(2).dropLast())) == .unknown)
    ratchet.issue(RatchetTests.value(3), presented: RatchetTests.value(1))
    #expect(ratchet.judge(RatchetTests.value(1)) == .previousAgain)
    #expect(ratchet.judge(RatchetTests.value(2)) == .unknown)
    #expect(ratchet.confirm(RatchetTests.value(1)) == false)
    #expect(ratchet.confirm(RatchetTests.value(3)) == true)
    #expect(ratchet.judge(RatchetTests.value(1)) == .setBack)
    #expect([.first, .current, .previousOnce].allSatisfy { (verdict: Ratchet.Verdict) in verdict.words.isEmpty })
  }

  @Test("a node that saves before use and crashes at any step is never taken for a copy")
  func crashes() {
    for seed in 0..<500 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var ratchet = Ratchet()
      var saved: [UInt8] = []
      var lostInARow = 0
      for number in 1...100 as ClosedRange<UInt8> {
        let verdict = ratchet.judge(saved)
        #expect(verdict.isAccepted, "seed \(seed), session \(number): \(verdict)")
        ratchet.issue(RatchetTests.value(number), presented: saved)
        // The Welcome is lost, or the crash is before the save: at most once in a row, as the rule promises no more.
        if lostInARow == 0, Int.random(in: 0..<4, using: &random) == 0, number > 1 {
          lostInARow += 1
          continue
        }
        lostInARow = 0
        saved = RatchetTests.value(number)
        if Bool.random(using: &random) { #expect(ratchet.confirm(saved) == true) }
      }
    }
  }

  @Test("a copy of a node's state is found at the latest when it or the original comes a second time")
  func copies() {
    for sessionsApart in 1...5 as ClosedRange<UInt8> {
      var ratchet = Ratchet()
      ratchet.issue(RatchetTests.value(1), presented: [])
      _ = ratchet.confirm(RatchetTests.value(1))
      let copied = RatchetTests.value(1)
      var saved = copied
      for session in 0..<sessionsApart {
        ratchet.issue(RatchetTests.value(10 + session), presented: saved)
        saved = RatchetTests.value(10 + session)
        _ = ratchet.confirm(saved)
      }
      #expect(!ratchet.judge(copied).isAccepted)
    }
  }
}
