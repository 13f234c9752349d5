import Foundation
import LicenseProtocol
import SwiftProtobuf
import Testing

@testable import OperatorDev

@Suite("Nodes that wait for a seat are nobody's clones", .serialized)
struct WaitingTests {
  private let id = SeatID(organisation: "org-acme", node: "node-a")

  /// An operator whose only seat is taken.
  private func fixture() async throws -> OperatorFixture {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 1, limit: 1)])
    try await FileKeyNode(fixture, "node-z").license()
    return fixture
  }

  /// How long the lease lives after a Heartbeat; grants may come before that is said.
  private func lease(of node: FileKeyNode) async throws -> UInt32 {
    node.sequence += 1
    node.session.send(
      .heartbeat(
        .with {
          $0.sequence = node.sequence
          $0.ratchet = Data(node.ratchet)
        }))
    while true {
      switch try await node.session.next("LeaseAck") {
      case .leaseAck(let answer): return answer.leaseRemainingMs
      case .licenseGrant: continue
      case let other: throw ScriptedNode.Failure.unexpected("\(other)")
      }
    }
  }

  @Test("one that comes again before its last session's end was noticed waits in the newer one alone")
  func comesAgain() async throws {
    let fixture = try await fixture()
    let node = try FileKeyNode(fixture, "node-a")
    try await node.enter()
    #expect(try await node.session.refusal().reason == .noSeat)
    let older = node.session
    node.session = try fixture.connect(node.identity)
    try await node.enter()
    #expect(try await older.refusal().reason == .replaced)
    #expect(try await node.session.refusal().reason == .noSeat)
    try await fixture.allow([("org-acme", included: 2, limit: 2)])
    #expect(try await node.granted().nodeName == "node-a")
    #expect(try await lease(of: node) == 40_000)
    #expect(fixture.events(.cloneSuspected).map(\.message) == [])
    await fixture.kill()
  }

  @Test("one that is asked for its keys when it comes again is asked in the newer session alone")
  func askedAgain() async throws {
    let fixture = try await fixture()
    let node = try FileKeyNode(fixture, "node-a")
    node.hello()
    _ = try await node.session.welcome()
    let older = node.session
    node.session = try fixture.connect(node.identity)
    try await node.enter()
    #expect(try await older.refusal().reason == .replaced)
    #expect(try await node.session.refusal().reason == .noSeat)
    await fixture.kill()
  }

  @Test("who has another key waits beside it, whatever the name")
  func otherKey() async throws {
    let fixture = try await fixture()
    var nodes: [FileKeyNode] = []
    for _ in 0..<2 {
      let node = try FileKeyNode(fixture, "node-a")
      try await node.enter()
      #expect(try await node.session.refusal().reason == .noSeat)
      nodes.append(node)
    }
    for node in nodes { #expect(try await node.beat() == 0) }
    await fixture.kill()
  }

  @Test("the seats are looked through again while one's own is being saved: it does not contest that one")
  func lookedAtTwice() async throws {
    let fixture = try await fixture()
    let licenseOperator = try fixture.licenseOperator
    let node = try FileKeyNode(fixture, "node-a")
    try await node.enter()
    #expect(try await node.session.refusal().reason == .noSeat)
    fixture.set(.slow)
    async let allowed: Void = fixture.allow([("org-acme", included: 2, limit: 2)])
    try await fixture.wait { await licenseOperator.state.seats[id] != nil }
    await licenseOperator.retryWaiting()
    try await allowed
    fixture.set(.none)
    #expect(try await node.granted().nodeName == "node-a")
    #expect(try await lease(of: node) == 40_000)
    #expect(fixture.events(.cloneSuspected).map(\.message) == [])
    await fixture.kill()
  }
}
