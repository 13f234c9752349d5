import Foundation
import LicenseProtocol
import SwiftProtobuf
import TestSupport
import Testing

@testable import OperatorDev

@Suite("Seats, grants and leases", .serialized)
struct LicensingTests {
  @Test("two nodes take two seats, the third is told so and gets the first seat that comes free")
  func seats() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 1, limit: 2)])
    let first = try FileKeyNode(fixture, "node-a")
    let second = try FileKeyNode(fixture, "node-b")
    let third = try FileKeyNode(fixture, "node-c")
    let grant = try await first.license()
    #expect(grant.organisation == "org-acme")
    #expect(grant.nodeName == "node-a")
    #expect(grant.nodeUid.isEmpty)
    #expect(grant.assurance == .fileKey)
    #expect(grant.mode == .platform)
    #expect(grant.entitlement == .current)
    #expect(grant.epoch == 1)
    #expect(grant.seatsLimit == 2)
    #expect(grant.notAfterNs == fixture.clock.real + 86_400_000_000_000)
    #expect(try await second.license().seatsUsed == 2)
    try await third.enter()
    let refusal = try await third.session.refusal()
    #expect(refusal.reason == .noSeat)
    #expect(refusal.retryAfterMs == 0)
    #expect(refusal.message == "Organisation org-acme has 2 seats taken of at most 2, so node node-c gets none.")
    #expect(fixture.events(.refused).map(\.message) == [refusal.message])
    #expect(try await third.beat() == 0)

    try await fixture.hangUp(first)
    try fixture.folder.write("[Consent]\nRelease=org-acme/node-a\n", to: "consent.conf")
    // The seat is kept for as long as the lease lives.
    try await fixture.advance(39)
    #expect(fixture.events(.seatReleased).isEmpty)
    try await second.beat()
    try await third.beat()
    try await fixture.advance(2)
    #expect(fixture.events(.seatReleased).map(\.node) == ["node-a"])
    #expect(try await third.granted().nodeName == "node-c")
    #expect(try await third.beat() == 40_000)
    await fixture.kill()
  }

  @Test("fifty nodes at once take exactly the ten seats that there are")
  func race() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 10, limit: 10)])
    let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<50 {
        group.addTask {
          let node = try FileKeyNode(fixture, "node-\(number)")
          try await node.enter()
          switch try await node.session.next("a grant or a refusal") {
          case .licenseGrant: return true
          case .refusal(let refusal):
            #expect(refusal.reason == .noSeat)
            return false
          case let other: throw ScriptedNode.Failure.unexpected("\(other)")
          }
        }
      }
      return try await group.reduce(into: [Bool]()) { $0.append($1) }
    }
    #expect(outcomes.count { $0 } == 10)
    #expect(outcomes.count { !$0 } == 40)
    #expect(await (try fixture.licenseOperator).use().first { $0.organisation == "org-acme" }?.seats == 10)
    await fixture.kill()
  }

  @Test("a disconnection keeps the lease; its expiry taints, and the next heartbeat takes the taint away")
  func lease() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    await node.session.close()
    try await fixture.advance(39.9)
    #expect(fixture.events(.leaseExpired).isEmpty)
    // The wall clock decides nothing, in either direction.
    fixture.clock.setWallClock(by: 7200)
    try await fixture.advance(0)
    fixture.clock.setWallClock(by: -7200)
    try await fixture.advance(0)
    #expect(fixture.events(.leaseExpired).isEmpty)
    try await fixture.advance(0.2)
    #expect(fixture.events(.leaseExpired).map(\.node) == ["node-a"])
    node.session = try fixture.connect(node.identity)
    try await node.enter()
    #expect(!node.welcome.attestationRequired)
    try await node.beat()
    #expect(fixture.events(.leaseRestored).map(\.node) == ["node-a"])
    await fixture.kill()
  }

  @Test("a wall clock that was days ahead for a while: after the key server's next answer grants are of the right time")
  func wallClockAhead() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)], for: 400_000)
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    let days = 3.0 * 86_400
    fixture.clock.setWallClock(by: days)
    try await fixture.advance(1)
    let early = try await node.granted()
    #expect(early.issuedAtNs == fixture.clock.real)
    fixture.clock.setWallClock(by: -days)
    try await fixture.advance(1)
    #expect(try await node.session.isSilent())
    // Its answer repeats our nonce: it is of now.
    try await fixture.allow([("org-acme", included: 5, limit: 5)], for: 400)
    try await fixture.advance(1)
    let right = try await node.granted()
    #expect(right.issuedAtNs == fixture.clock.real)
    #expect(right.epoch > early.epoch)
    #expect(try await node.beat() == 40_000)
    #expect(fixture.events(.keyServerLost).isEmpty)
    await fixture.kill()
  }

  @Test("who came while the operator's clock was ahead is sent away once it is right, and granted by the right time")
  func welcomedAhead() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)], for: 400_000)
    let before = try FileKeyNode(fixture, "node-a")
    try await before.license()
    let lead = 20.0 * 3600
    fixture.clock.setWallClock(by: lead)
    try await fixture.advance(1)
    try await before.granted()
    let early = try FileKeyNode(fixture, "node-b")
    let grant = try await early.license()
    #expect(early.welcome.serverTimeNs == fixture.clock.real)
    fixture.clock.setWallClock(by: -lead)
    try await fixture.advance(1)
    try await fixture.allow([("org-acme", included: 5, limit: 5)], for: 400)
    guard case .drain(let drain) = try await early.session.next("Drain") else {
      Issue.record("no Drain")
      return
    }
    #expect(drain.reconnectWindowMs == 20_000)
    #expect(try await early.session.end() == "ended")
    try await early.reconnect()
    try await early.enter()
    #expect(early.welcome.serverTimeNs == fixture.clock.real)
    #expect(!early.welcome.attestationRequired)
    let right = try await early.granted()
    #expect(right.issuedAtNs == fixture.clock.real)
    #expect(right.epoch > grant.epoch)
    #expect(try await early.beat() == 40_000)
    // Who was welcomed by the right time judges by that, and need not come back.
    try await fixture.advance(1)
    #expect(try await before.granted().issuedAtNs <= fixture.clock.real)
    #expect(try await before.beat() == 40_000)
    #expect(fixture.events(.leaseExpired).isEmpty)
    await fixture.kill()
  }

  @Test("a grant is renewed at half of its life, with a higher epoch")
  func renewal() async throws {
    let fixture = try OperatorFixture { $0.grantDuration = .seconds(100) }
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    #expect(try await node.license().epoch == 1)
    try await fixture.advance(30)
    try await node.beat()
    #expect(try await node.session.isSilent())
    try await fixture.advance(21)
    let next = try await node.granted()
    #expect(next.epoch == 2)
    #expect(next.notAfterNs == fixture.clock.real + 100_000_000_000)
    await fixture.kill()
  }

  @Test("the brake taints nobody when many leases end at once")
  func brake() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 10, limit: 10)])
    var nodes: [FileKeyNode] = []
    for number in 0..<6 {
      let node = try FileKeyNode(fixture, "node-\(number)")
      try await node.license()
      nodes.append(node)
    }
    for node in nodes { await node.session.close() }
    try await fixture.advance(41)
    try await fixture.advance(5)
    #expect(fixture.events(.leaseExpired).isEmpty)
    #expect(fixture.events(.massExpiryBraked).count == 1)
    #expect(fixture.events(.massExpiryBraked).first?.message.hasPrefix("6 of 6 leases expired") == true)
    await fixture.kill()
  }

  @Test("a person releases the brake for what it holds; what expires after that is held again")
  func release() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 20, limit: 20)])
    var nodes: [FileKeyNode] = []
    for number in 0..<8 {
      let node = try FileKeyNode(fixture, "node-\(number)")
      try await node.license()
      nodes.append(node)
    }
    for node in nodes[..<5] { await node.session.close() }
    try await fixture.advance(35)
    for node in nodes[5...] { try await node.beat() }
    try await fixture.advance(6)
    let held = try #require(fixture.events(.massExpiryBraked).first?.message)
    // The event says what to write.
    let words = try #require(held.split(separator: " ").first { $0.hasPrefix("ReleaseBrake=") })
    let status = try await fixture.status { $0.table.contains("the brake holds 5 expired leases since ") }
    #expect(status.table.contains("the brake holds 5 expired leases since "))
    #expect(status.table.contains("\n") && status.table.contains(words))
    let json = try #require(try JSONSerialization.jsonObject(with: Data(status.json)) as? [String: Any])
    let brake = try #require(json["brake"] as? [String: Any])
    #expect((brake["nodes"] as? [String])?.count == 5)
    #expect("ReleaseBrake=\(brake["release"] as? String ?? "")" == words)

    // Another time than the one that is held releases nothing.
    try fixture.folder.write("[Consent]\nReleaseBrake=2026-01-01T00:00:00Z\n", to: "consent.conf")
    try await fixture.advance(1)
    #expect(fixture.events(.leaseExpired).isEmpty)
    try fixture.folder.write("[Consent]\n\(words)\n", to: "consent.conf")
    try await fixture.advance(1)
    #expect(fixture.events(.leaseExpired).map(\.node).sorted() == (0..<5).map { "node-\($0)" })
    #expect(
      fixture.events(.massExpiryReleased).map(\.message) == [
        "5 nodes are tainted together, as the consent file says."
      ])
    let after = try await fixture.status { !$0.table.contains("brake") }
    #expect(!after.table.contains("brake"))

    // The same words in the file do not let the rest go.
    for node in nodes[5...] { await node.session.close() }
    try await fixture.advance(41)
    try await fixture.advance(1)
    #expect(fixture.events(.leaseExpired).count == 5)
    #expect(fixture.events(.massExpiryBraked).last?.message.hasPrefix("3 of 8 leases expired and 0 ") == true)
    await fixture.kill()
  }

  @Test("after its own start the operator judges nobody for a whole lease")
  func restart() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    await fixture.kill()
    await node.session.close()
    fixture.clock.advance(3600)
    try await fixture.start()
    try await fixture.advance(39)
    #expect(fixture.events(.leaseExpired).isEmpty)
    node.session = try fixture.connect(node.identity)
    try await node.enter()
    // The key is pinned, and the grant is still good: nothing is asked and nothing new granted.
    #expect(!node.welcome.attestationRequired)
    #expect(try await node.beat() == 40_000)
    try await fixture.advance(39)
    #expect(fixture.events(.leaseExpired).isEmpty)
    try await fixture.advance(2)
    #expect(fixture.events(.leaseExpired).count == 1)
    await fixture.kill()
  }

  @Test("the entitlement runs out: grace is granted and shown, and after it nothing")
  func grace() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)], for: 60, grace: 300)
    let node = try FileKeyNode(fixture, "node-a")
    let grant = try await node.license()
    // No grant reaches beyond the grace.
    #expect(grant.notAfterNs == fixture.clock.real + 360_000_000_000)
    let end = grant.notAfterNs
    try await fixture.advance(30)
    try await node.beat()
    try await fixture.advance(31)
    #expect(fixture.events(.graceBegan).count == 1)
    let inGrace = try await node.granted()
    #expect(inGrace.entitlement == .grace)
    #expect(inGrace.graceUntilNs == end)
    #expect(inGrace.notAfterNs == end)
    try await node.beat()
    for _ in 0..<9 {
      try await fixture.advance(30)
      // Half of what is left passes again and again; grants in between are as good.
      node.sequence += 1
      node.session.send(
        .heartbeat(
          .with {
            $0.sequence = node.sequence
            $0.ratchet = Data(node.ratchet)
          }))
      // Time must not run ahead of the heartbeats.
      while case .licenseGrant = try await node.session.next("LeaseAck") {}
    }
    try await fixture.advance(31)
    #expect(fixture.events(.graceEnded).count == 1)
    let other = try FileKeyNode(fixture, "node-b")
    try await other.enter()
    #expect(try await other.session.refusal().reason == .noEntitlement)
    #expect(fixture.events(.leaseExpired).map(\.node) == ["node-a"])
    await fixture.kill()
  }

  @Test("who came while there was no entitlement is granted when the same one is back, without another session")
  func lapsedAndBack() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)], for: 60, grace: 60)
    try await fixture.advance(121)
    let node = try FileKeyNode(fixture, "node-a")
    try await node.enter()
    #expect(try await node.session.refusal().reason == .noEntitlement)
    try await fixture.allow([("org-acme", included: 5, limit: 5)], for: 60, grace: 60)
    #expect(try await node.granted().nodeName == "node-a")
    await fixture.kill()
  }

  @Test("mode native grants nothing and taints nobody")
  func native() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)], mode: .native)
    let node = try FileKeyNode(fixture, "node-a")
    try await node.enter()
    #expect(try await node.session.refusal().reason == .nativeMode)
    try await fixture.advance(300)
    #expect(fixture.events(.leaseExpired).isEmpty)
    await fixture.kill()
  }

  @Test("a drain tells every node its window and ends the sessions, and the leases live on")
  func drain() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    await (try fixture.licenseOperator).drain()
    guard case .drain(let drain) = try await node.session.next() else {
      Issue.record("no Drain")
      return
    }
    #expect(drain.reconnectWindowMs == 20_000)
    #expect(try await node.session.end() == "ended")
    #expect(fixture.events(.leaseExpired).isEmpty)
    await fixture.kill()
  }
}
