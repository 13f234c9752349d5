import Crypto
import Foundation
import LicenseProtocol
import SwiftProtobuf
import TestSupport
import Testing

@testable import OperatorDev

@Suite("What was promised is kept, whatever happens to the operator", .serialized)
struct DurabilityTests {
  @Test("killed between saving and sending: the seat is taken, and the node gets it with a higher epoch")
  func killed() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 1, limit: 1)])
    fixture.set(.killedAfter)
    let node = try FileKeyNode(fixture, "node-a")
    try await node.enter()
    // It was never told of its seat.
    #expect(try await node.session.refusal().reason == .unavailable)
    await fixture.kill()
    await node.session.close()
    fixture.set(.none)
    try await fixture.start()
    // The seat is no longer to be had.
    let other = try FileKeyNode(fixture, "node-b")
    try await other.enter()
    #expect(try await other.session.refusal().reason == .noSeat)
    node.session = try fixture.connect(node.identity)
    try await node.enter()
    #expect(!node.welcome.attestationRequired)
    let grant = try await node.granted()
    #expect(grant.epoch >= 1)
    #expect(grant.seatsUsed == 1)
    try await node.beat()
    #expect(fixture.events(.cloneSuspected).isEmpty)
    await fixture.kill()
  }

  @Test("a full disk: nothing is sent that was not saved, and afterwards nobody is taken for a clone")
  func fullDisk() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    fixture.set(.full)
    for _ in 0..<3 {
      try await node.reconnect()
      node.hello()
      let refusal = try await node.session.refusal()
      #expect(refusal.reason == .unavailable)
      #expect(refusal.message == "The operator cannot judge just now: its own state cannot be saved.")
    }
    let other = try FileKeyNode(fixture, "node-b")
    try await other.enter()
    #expect(try await other.session.refusal().reason == .unavailable)
    #expect(fixture.events(.stateNotSaved).first?.message.contains("No space left on device") == true)
    fixture.set(.none)
    try await node.reconnect()
    try await node.enter()
    #expect(!node.welcome.attestationRequired)
    try await node.beat()
    #expect(fixture.events(.cloneSuspected).isEmpty)
    // The seat that could not be saved was not taken.
    #expect(await (try fixture.licenseOperator).use().first { $0.organisation == "org-acme" }?.seats == 1)
    await fixture.kill()
  }

  @Test("a grant that takes long to be saved is not made twice, however often the clock is looked at meanwhile")
  func slowDisk() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    fixture.set(.slow)
    // Not a part of the test's own work: it only has to end with it.
    let looking = Task {
      while !Task.isCancelled {
        try await fixture.licenseOperator.tick()
        try await Task.sleep(for: .milliseconds(5))
      }
    }
    defer { looking.cancel() }
    let node = try FileKeyNode(fixture, "node-a")
    let grant = try await node.license()
    try await Task.sleep(for: .seconds(1))
    #expect(grant.epoch == 1)
    #expect(fixture.events(.licensed).count == 1)
    fixture.set(.none)
    await fixture.kill()
  }

  @Test("grants that are due together are saved together: no node waits for as many saves as there are nodes")
  func together() async throws {
    let fixture = try OperatorFixture { $0.grantDuration = .seconds(60) }
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 20, limit: 20)])
    var nodes: [FileKeyNode] = []
    for number in 0..<12 {
      let node = try FileKeyNode(fixture, "node-\(number)")
      try await node.license()
      nodes.append(node)
    }
    try await fixture.advance(0)
    fixture.set(.slow)
    // At half of their life.
    let before = fixture.saves
    try await fixture.advance(31)
    for node in nodes { #expect(try await node.granted().epoch == 2) }
    let renewed = fixture.saves
    #expect(renewed - before <= 6)
    // Because the entitlement is another one.
    fixture.clock.advance(1)
    try await fixture.allow([("org-acme", included: 12, limit: 20)])
    for node in nodes { #expect(try await node.granted().seatsIncluded == 12) }
    #expect(fixture.saves - renewed <= 6)
    fixture.set(.none)
    await fixture.kill()
  }

  @Test("a next key is attested over the old session, then either is good until the next one's first session")
  func rotation() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    let first = try await node.license()
    let next = try FileKeyNode(fixture, "node-a")
    let key = next.identity.publicKeyDER
    node.session.send(
      .attestationOffer(
        .with {
          $0.file.tlsKey = Data(key)
          $0.nextKey = true
        }))
    try await node.answer(try await node.session.challenge(), with: next.identity.key, purpose: .nextKey)
    // The old key is as good as before.
    try await node.beat()
    try await node.reconnect()
    try await node.enter()
    #expect(!node.welcome.attestationRequired)
    try await node.beat()
    // The operator forgets nothing of it.
    await fixture.kill()
    try await fixture.start()
    next.session = try fixture.connect(next.identity)
    next.ratchet = node.ratchet
    next.epoch = node.epoch
    next.grantDigest = node.grantDigest
    try await next.enter()
    #expect(!next.welcome.attestationRequired)
    let grant = try await next.granted()
    #expect(grant.epoch > first.epoch)
    #expect(Array(grant.keyDigest) == Array(SHA256.hash(data: key)))
    try await next.beat()
    // And the old one is none any more.
    let old = try FileKeyNode(fixture, "node-a", keyOf: node)
    old.hello()
    #expect(try await old.session.welcome().attestationRequired)
    await fixture.kill()
  }

  @Test("a state that is none is said with its file, and nothing is overwritten")
  func damaged() async throws {
    let fixture = try OperatorFixture()
    try fixture.folder.write("{\"version\":", to: "state.json")
    #expect(throws: OperatorError.self) { try OperatorServer(fixture.settings, emit: { _ in }) }
    #expect(try fixture.folder.text("state.json") == "{\"version\":")
  }

  @Test("the grant key is made once, for nobody else's eyes, and one that others can read is refused")
  func grantKey() throws {
    let fixture = try OperatorFixture()
    let path = fixture.folder.url.appendingPathComponent("key.pem").path
    let first = try SigningKey(file: path)
    #expect(try SigningKey(file: path).publicKeyDER == first.publicKeyDER)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    #expect(throws: OperatorError.self) { try SigningKey(file: path) }
  }
}
