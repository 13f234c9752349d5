import Foundation
import GRPCCore
import LicenseProtocol
import SwiftProtobuf
import TestSupport
import Testing

@testable import OperatorDev

@Suite("Organisations come and go while the operator runs", .serialized)
struct OrganisationTests {
  @Test("an organisation that is added is let in; one that is removed is sent away and kept out")
  func addedAndRemoved() async throws {
    let fixture = try OperatorFixture { $0.pinnedNames.insert("org-beta") }
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5), ("org-beta", included: 5, limit: 5)])
    let beta = try TestAuthority("org-beta")
    let early = try FileKeyNode(fixture, "node-b", of: beta)
    early.hello()
    await #expect(throws: ScriptedNode.Failure.self) { try await early.session.welcome() }
    #expect(
      fixture.events(.handshakeRefused).first?.message
        == "node-b was issued by org-beta, from which no way leads to an anchor: no anchor is org-beta: "
        + "they are org-acme, platform")
    try fixture.folder.write(try beta.pem, to: "organisations/org-beta.pem")
    try await fixture.advance(1)
    try await early.reconnect()
    #expect(try await early.license().organisation == "org-beta")
    let other = try FileKeyNode(fixture, "node-a")
    try await other.license()

    try FileManager.default.removeItem(at: fixture.folder.url.appendingPathComponent("organisations/org-beta.pem"))
    try await fixture.advance(1)
    #expect(try await early.session.refusal().reason == .organisationUnknown)
    try await early.reconnect()
    early.hello()
    await #expect(throws: ScriptedNode.Failure.self) { try await early.session.welcome() }
    // The others are not touched.
    #expect(try await other.beat() == 40_000)
    await fixture.kill()
  }

  @Test("a certificate on the list of revoked ones is sent away and kept out")
  func denied() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    try fixture.folder.write("# stolen\norg-acme \(node.identity.serial)\n", to: "organisations/acme.revoked")
    try await fixture.advance(1)
    #expect(try await node.session.refusal().reason == .certificateRevoked)
    try await node.reconnect()
    node.hello()
    await #expect(throws: ScriptedNode.Failure.self) { try await node.session.welcome() }
    #expect(fixture.events(.handshakeRefused).first?.message.contains("on the operator's list of revoked ones") == true)
    await fixture.kill()
  }

  /// What the operator says first in another session on a connection.
  private func first(
    over client: GRPCClient<some ClientTransport>
  ) async throws -> Down? {
    try await Lowlayer_Agent_V1_OperatorService.Client(wrapping: client).session { writer in
      try await writer.write(
        .with {
          $0.hello.protocol.minimum = 1
          $0.hello.protocol.maximum = 1
        })
      // Who hangs up hears nothing.
      try await Task.sleep(for: .seconds(60))
    } onResponse: { response in
      for try await message in response.messages { return message.message }
      return nil
    }
  }

  @Test("a connection outlives its handshake: whoever is revoked or runs out then gets no other session on it")
  func sameConnection() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    let identities = try ["node-a", "node-b"].map { try fixture.acme.issue($0) }
    let transports = try identities.map {
      try ScriptedNode.transport(to: fixture.listeningPort, as: $0, trusting: fixture.platform)
    }
    try await withGRPCClient(transport: transports[0]) { client in
      guard case .welcome = try await first(over: client) else { throw ScriptedNode.Failure.silence("Welcome") }
      try fixture.folder.write("org-acme \(identities[0].serial)\n", to: "organisations/acme.revoked")
      try await fixture.advance(1)
      guard case .refusal(let refusal) = try await first(over: client) else {
        throw ScriptedNode.Failure.silence("a Refusal")
      }
      #expect(refusal.reason == .certificateRevoked)
    }
    try await withGRPCClient(transport: transports[1]) { client in
      guard case .welcome = try await first(over: client) else { throw ScriptedNode.Failure.silence("Welcome") }
      fixture.clock.advance(86_400 * 301)
      guard case .refusal(let refusal) = try await first(over: client) else {
        throw ScriptedNode.Failure.silence("a Refusal")
      }
      #expect(refusal.reason == .identity)
      #expect(refusal.message.hasPrefix("This node's identity does not hold: its certificate ran out "))
    }
    // The connections are the first ones: nobody was refused in a handshake.
    #expect(fixture.events(.handshakeRefused).isEmpty)
    await fixture.kill()
  }

  @Test("an expired certificate is let in by nobody")
  func expired() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    let node = try FileKeyNode(fixture, "node-a")
    fixture.clock.advance(86_400 * 301)
    try await node.reconnect()
    node.hello()
    await #expect(throws: ScriptedNode.Failure.self) { try await node.session.welcome() }
    #expect(fixture.events(.handshakeRefused).first?.message.hasPrefix("node-a expired at") == true)
    await fixture.kill()
  }

  @Test("a damaged folder changes nothing")
  func damaged() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    // One after the other, they would be complained of twice.
    try await fixture.change { folder in
      try folder.write("-----BEGIN CERTIFICATE-----\nAAAA\n", to: "organisations/half.pem")
      try folder.write("org-acme nonsense\n", to: "organisations/x.revoked")
    }
    try await fixture.advance(1)
    try await fixture.advance(1)
    #expect(fixture.events(.reloadFailed).count == 1)
    let words = fixture.events(.reloadFailed).first?.message ?? ""
    #expect(words.contains("half.pem: error:"))
    #expect(words.contains("x.revoked:1:1: error: not ORGANISATION SERIAL"))
    try await FileKeyNode(fixture, "node-a").license()
    await fixture.kill()
  }

  @Test("one organisation's leaf that says it is another's stays its own issuer's")
  func ownIssuer() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5), ("platform", included: 1, limit: 1)])
    #expect(try await FileKeyNode(fixture, "node-a").license().organisation == "org-acme")
    #expect(try await FileKeyNode(fixture, "node-a", of: fixture.platform).license().organisation == "platform")
    await fixture.kill()
  }
}
