import Crypto
import Foundation
import LicenseProtocol
import SwiftProtobuf
import Testing

@Suite("Invariants of operator and node together, under any sequence of events")
struct SeatPropertyTests {
  /// One node and its operator, over a network that loses what it likes. The operator's clock is the node's, shifted.
  private struct Pair {
    var scene = Scene()
    var seat = SeatTests.seat()
    var ledger = SeatLedger(organisation: "acme")
    var cache: EntitlementCache
    var ratchet: [UInt8] = []
    var saved: [UInt8] = []
    var sequence: UInt64 = 0
    var isOpen = false
    var number: UInt64 = 0

    var operatorNow: BootTime { BootTime(sinceBoot: scene.now.sinceBoot + .seconds(5000)) }
  }

  @Test("1,000 sequences: never tainted while the node holds its lease, no lease past not-after, no grant past grace")
  func invariants() throws {
    var licensedSteps = 0
    var taintedSteps = 0
    for seed in 0..<1000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var pair = Pair(
        cache: EntitlementCache(
          licensee: "root-cluster", key: Array(CacheTests.keyServer.publicKey.derRepresentation)))
      try renew(&pair)
      for _ in 0..<80 {
        try step(&pair, using: &random)
        let taint = pair.seat.isTaintWanted(at: pair.operatorNow)
        let status = pair.scene.state.status(at: pair.scene.now)
        if status.isLicensed {
          licensedSteps += 1
          #expect(!taint, "tainted while the node rightly says that it is licensed, seed \(seed)")
        }
        if taint { taintedSteps += 1 }
        if let granted = pair.seat.granted {
          let grace = ServerTime(nanoseconds: pair.cache.entitlement?.graceUntilNs ?? 0)
          #expect(granted.notAfter <= grace, "a grant past grace, seed \(seed)")
          let left = max(granted.notAfter - pair.scene.server, .zero)
          let lives = pair.seat.lease?.remaining(at: pair.operatorNow) ?? .zero
          #expect(lives <= left, "a lease past not-after, seed \(seed)")
        }
        #expect(pair.scene.state.epoch <= pair.seat.epoch, "seed \(seed)")
      }
    }
    #expect(licensedSteps > 5_000)
    #expect(taintedSteps > 5_000)
  }

  private func step(_ pair: inout Pair, using random: inout SeededGenerator) throws {
    switch Int.random(in: 0..<11, using: &random) {
    case 0, 1: open(&pair, isHeard: Int.random(in: 0..<5, using: &random) > 0)
    case 2: if pair.isOpen { try grant(&pair, isHeard: Int.random(in: 0..<5, using: &random) > 0) }
    case 3, 4, 5:
      if pair.isOpen {
        heartbeat(
          &pair, isHeard: Int.random(in: 0..<6, using: &random) > 0,
          isAnswered: Int.random(in: 0..<6, using: &random) > 0,
          delay: .milliseconds(Int64.random(in: 0...4000, using: &random)))
      }
    case 6:
      pair.isOpen = false
      pair.scene.handle(.disconnected("cut"))
    case 7 where Int.random(in: 0..<4, using: &random) == 0:
      // The operator restarts: it forgets leases, and what it saved stays.
      pair.isOpen = false
      pair.scene.handle(.disconnected("restart"))
      let seat = pair.seat
      pair.seat = SeatState(
        organisation: seat.organisation, nodeName: seat.nodeName, nodeUID: seat.nodeUID, key: seat.key,
        nextKey: seat.nextKey, endorsementKey: seat.endorsementKey, attestationKey: seat.attestationKey,
        tpmClock: seat.tpmClock, epoch: seat.epoch, grantDigest: seat.grantDigest, granted: seat.granted,
        ratchet: seat.ratchet, operatorStart: pair.operatorNow, server: pair.scene.server,
        leaseDuration: .seconds(40))
    case 8: if Bool.random(using: &random) { try renew(&pair) }
    default: pair.scene.pass(.seconds(Int64.random(in: 1...25, using: &random)))
    }
    pair.scene.handle(.tick)
  }

  /// The key server is reached: an entitlement for 100 s with another 150 s of grace.
  private func renew(_ pair: inout Pair) throws {
    let now = pair.scene.server
    let update = try CacheTests.update {
      $0.issuedAtNs = now.nanoseconds
      $0.notAfterNs = (now + .seconds(100)).nanoseconds
      $0.graceUntilNs = (now + .seconds(250)).nanoseconds
    }
    try pair.cache.accept(update, nonce: CacheTests.nonce, at: now)
  }

  private func open(_ pair: inout Pair, isHeard: Bool) {
    pair.number += 1
    let value =
      [UInt8](repeating: UInt8(truncatingIfNeeded: pair.number), count: 28)
      + (0..<4).map {
        UInt8(truncatingIfNeeded: pair.number >> (8 * $0))
      }
    pair.seat.ratchet.issue(value, presented: pair.saved)
    pair.isOpen = isHeard
    if isHeard {
      pair.scene.welcome()
      (pair.saved, pair.ratchet, pair.sequence) = (value, value, 0)
    } else {
      pair.scene.handle(.disconnected("lost"))
    }
  }

  private func grant(_ pair: inout Pair, isHeard: Bool) throws {
    var sent: Lowlayer_Agent_V1_Grant
    do throws(LicenseRefusal) {
      sent = try pair.seat.grant(
        claimed: pair.scene.state.epoch, ledger: pair.ledger, cache: pair.cache, length: .seconds(90),
        at: pair.scene.server)
    } catch { return }
    // The keys of the scene and of the seat are other bytes; what binds them is tested by the traces.
    sent.keyDigest = Data(pair.scene.keyDigest)
    sent.nodeUid = "uid-7"
    pair.seat.startLease(at: pair.operatorNow, server: pair.scene.server, timing: .standard)
    if isHeard { pair.scene.handle(.granted(try GrantSignature.sign(sent, with: pair.scene.operatorKey))) }
  }

  private func heartbeat(_ pair: inout Pair, isHeard: Bool, isAnswered: Bool, delay: Duration) {
    pair.sequence += 1
    pair.scene.handle(.heartbeatSent(pair.sequence))
    pair.scene.pass(delay)
    guard isHeard else { return }
    var beat = Lowlayer_Agent_V1_Heartbeat()
    beat.sequence = pair.sequence
    beat.ratchet = Data(pair.ratchet)
    let answer = pair.seat.heartbeat(
      beat, renews: true, at: pair.operatorNow, server: pair.scene.server, timing: .standard)
    #expect(answer != nil)
    pair.scene.pass(delay)
    if isAnswered, let answer { pair.scene.handle(.leaseAcknowledged(answer)) }
  }
}
