import Foundation
import LicenseProtocol
import SwiftProtobuf
import Testing

@testable import OperatorDev

@Suite("Two machines with one identity, and machines that were set back", .serialized)
struct CloneTests {
  @Test("a copy with an old ratchet value: both are challenged, the copy is fenced, the node goes on")
  func copy() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    let stolen = node.ratchet
    try await node.reconnect()
    try await node.enter()
    try await node.beat()
    // The copy was made before the second session; its own is refused the seat.
    let copy = try FileKeyNode(fixture, "node-a", keyOf: node)
    copy.ratchet = stolen
    copy.hello()
    copy.welcome = try await copy.session.welcome()
    #expect(copy.welcome.attestationRequired)
    let request = try await node.session.attestationRequest()
    #expect(request.message.contains("node-a"))
    try await copy.attest()
    try await node.attest()
    let fenced = try await copy.session.fenced()
    #expect(fenced.reason == .clone)
    #expect(
      fenced.message == "Two machines claim the seat of node node-a: both hold its key, and of this one the ratchet "
        + "value before the last was presented after the last had been confirmed.")
    #expect(fixture.events(.fenced).map(\.message) == [fenced.message])
    #expect(try await node.beat() == 40_000)
    #expect(fixture.events(.cloneSuspected).count == 2)
    await fixture.kill()
  }

  @Test("while it is decided, the lease of the node that held the seat lives on by its heartbeats")
  func leaseDuringContest() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    let copy = try FileKeyNode(fixture, "node-a", keyOf: node)
    copy.ratchet = [UInt8](repeating: 7, count: 32)
    copy.hello()
    copy.welcome = try await copy.session.welcome()
    _ = try await node.session.attestationRequest()
    try await node.attest()
    // The copy says nothing more; the verdict takes a minute, and a lease is shorter.
    for _ in 0..<5 {
      try await fixture.advance(10)
      #expect(try await node.beat() == 40_000)
    }
    try await fixture.advance(11)
    _ = try await copy.session.fenced()
    #expect(try await node.beat() == 40_000)
    #expect(fixture.events(.leaseExpired).isEmpty)
    await fixture.kill()
  }

  @Test("an unknown key in a file, while the holder's lease lives and nobody is connected, raises a doubt")
  func unknownKey() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    await node.session.close()
    try await fixture.advance(1)
    let other = try FileKeyNode(fixture, "node-a")
    try await other.license()
    let said = fixture.events(.cloneSuspected).map(\.message)
    #expect(said.first == "Node node-a: no ratchet value was presented.")
    #expect(said.count == 2)
    await fixture.kill()
  }

  @Test("two wait under one name, and a seat comes free: the second does not take it over")
  func waiting() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 1, limit: 1)])
    let holder = try FileKeyNode(fixture, "node-z")
    try await holder.license()
    var nodes: [FileKeyNode] = []
    for _ in 0..<2 {
      let node = try FileKeyNode(fixture, "node-a")
      try await node.enter()
      #expect(try await node.session.refusal().reason == .noSeat)
      nodes.append(node)
    }
    try await fixture.allow([("org-acme", included: 2, limit: 2)])
    // Everybody is granted anew as well, because the entitlement has changed: grants may come at any time.
    func heard(_ what: String) async throws -> Down {
      var next = try await nodes[0].session.next(what)
      while case .licenseGrant = next { next = try await nodes[0].session.next(what) }
      return next
    }
    guard case .attestationRequest = try await heard("AttestationRequest") else {
      Issue.record("the first was not asked")
      return
    }
    #expect(fixture.events(.cloneSuspected).count == 1)
    nodes[0].offer()
    guard case .challenge(let challenge) = try await heard("Challenge") else {
      Issue.record("the first was not challenged")
      return
    }
    try await nodes[0].answer(challenge)
    guard case .fenced = try await nodes[1].session.next("Fenced") else {
      Issue.record("the second was not fenced")
      return
    }
    nodes[0].session.send(
      .heartbeat(
        .with {
          $0.sequence = 1
          $0.ratchet = Data(nodes[0].ratchet)
        }))
    guard case .leaseAck(let ack) = try await heard("LeaseAck") else {
      Issue.record("the first has no lease")
      return
    }
    #expect(ack.leaseRemainingMs == 40_000)
    await fixture.kill()
  }

  @Test("a node that does not answer loses to one that does, and its grant with it")
  func silentIncumbent() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    let first = try await node.license()
    let other = try FileKeyNode(fixture, "node-a", keyOf: node)
    other.ratchet = [UInt8](repeating: 7, count: 32)
    other.hello()
    other.welcome = try await other.session.welcome()
    other.ratchet = Array(other.welcome.ratchet)
    try await other.attest()
    _ = try await node.session.attestationRequest()
    try await fixture.advance(30)
    #expect(try await other.session.isSilent())
    try await fixture.advance(31)
    _ = try await node.session.fenced()
    #expect(try await other.granted().epoch > first.epoch)
    #expect(try await other.beat() == 40_000)
    await fixture.kill()
  }

  @Test("a snapshot restored, with nobody else there: its keys are attested again, and it goes on")
  func restored() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    let snapshot = node.ratchet
    for _ in 0..<2 {
      try await node.reconnect()
      try await node.enter()
      try await node.beat()
    }
    await node.session.close()
    try await fixture.advance(41)
    node.session = try fixture.connect(node.identity)
    node.ratchet = snapshot
    try await node.enter()
    #expect(node.welcome.attestationRequired)
    // Nothing new is granted, so that only the lease says when it was decided.
    let deadline = ContinuousClock.now + .seconds(10)
    while try await node.beat() == 0, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
    #expect(fixture.events(.cloneSuspected).count == 2)
    #expect(fixture.events(.fenced).isEmpty)
    #expect(fixture.events(.leaseRestored).count == 1)
    await fixture.kill()
  }

  @Test("a node that stopped before it saved its new value is no clone, once")
  func crash() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    let saved = node.ratchet
    try await node.reconnect()
    try await node.enter()
    node.ratchet = saved
    try await node.reconnect()
    try await node.enter()
    #expect(!node.welcome.attestationRequired)
    try await node.beat()
    #expect(fixture.events(.cloneSuspected).isEmpty)
    await fixture.kill()
  }

  @Test("a newer session of the same node takes the older one's place")
  func replaced() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    let older = node.session
    node.session = try fixture.connect(node.identity)
    try await node.enter()
    #expect(try await older.refusal().reason == .replaced)
    try await node.beat()
    await fixture.kill()
  }
}
