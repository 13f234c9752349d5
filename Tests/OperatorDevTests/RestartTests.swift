import Crypto
import Foundation
import LicenseProtocol
import Testing

@testable import OperatorDev

@Suite("What an operator that starts again makes of its seats", .serialized)
struct RestartTests {
  private func activeLeases(_ fixture: OperatorFixture) async throws -> UInt32? {
    await (try fixture.licenseOperator).use().first { $0.organisation == "org-acme" }?.activeLeases
  }

  @Test("the grants are over, and the nodes are tainted: none has a lease for it, and no taint goes")
  func overBefore() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)], for: 30, grace: 0)
    var nodes: [FileKeyNode] = []
    for name in ["node-a", "node-b"] {
      let node = try FileKeyNode(fixture, name)
      try await node.license()
      try await fixture.hangUp(node)
      nodes.append(node)
    }
    try await fixture.advance(41)
    _ = try await fixture.status { $0.table.split(separator: "\n").count { $0.contains("expired, tainted") } == 2 }
    await fixture.kill()
    try await fixture.start()
    try await fixture.advance(1)
    #expect(try await activeLeases(fixture) == 0)
    for node in nodes {
      node.session = try fixture.connect(node.identity)
      try await node.enter()
      #expect(!node.welcome.attestationRequired)
      #expect(try await node.session.refusal().reason == .noEntitlement)
      #expect(try await node.beat() == 0)
    }
    #expect(try await activeLeases(fixture) == 0)
    try await fixture.advance(40)
    #expect(fixture.events(.leaseRestored).isEmpty)
    #expect(fixture.events(.massExpiryBraked).isEmpty)
    #expect(fixture.events(.leaseExpired).map(\.node).sorted() == ["node-a", "node-b"])
    await fixture.kill()
  }

  @Test("a tainted node whose grant holds still counts for no lease until it is heard")
  func taintedBefore() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    try await fixture.hangUp(node)
    try await fixture.advance(41)
    _ = try await fixture.status { $0.table.contains("expired, tainted") }
    await fixture.kill()
    try await fixture.start()
    #expect(try await activeLeases(fixture) == 0)
    node.session = try fixture.connect(node.identity)
    try await node.enter()
    #expect(try await node.beat() == 40_000)
    #expect(try await activeLeases(fixture) == 1)
    #expect(fixture.events(.leaseRestored).map(\.node) == ["node-a"])
    await fixture.kill()
  }

  @Test("a grant ended while the operator was away: nobody is judged for a whole lease, and who comes back is granted")
  func endedMeanwhile() async throws {
    let fixture = try OperatorFixture { $0.grantDuration = .seconds(60) }
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
    try await node.license()
    try await fixture.advance(2)
    #expect(fixture.events(.leaseExpired).isEmpty)
    #expect(fixture.events(.leaseRestored).isEmpty)
    await fixture.kill()
  }

  @Test("a node that was fenced, and not yet tainted when the operator ended, is tainted all the same")
  func fencedBefore() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    try await fixture.hangUp(node)
    // It has the node's certificate, and neither its ratchet value nor its key.
    let other = try FileKeyNode(fixture, "node-a", keyOf: node)
    other.ratchet = [UInt8](repeating: 7, count: 32)
    other.hello()
    other.welcome = try await other.session.welcome()
    other.offer()
    try await other.answer(try await other.session.challenge(), with: P256.Signing.PrivateKey())
    _ = try await other.session.fenced()
    await fixture.kill()
    await other.session.close()
    #expect(fixture.events(.leaseExpired).isEmpty)
    try await fixture.start()
    try await fixture.advance(39)
    #expect(fixture.events(.leaseExpired).isEmpty)
    try await fixture.advance(2)
    #expect(fixture.events(.leaseExpired).map(\.node) == ["node-a"])
    await fixture.kill()
  }
}
