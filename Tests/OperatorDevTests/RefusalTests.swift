import Crypto
import Foundation
import LicenseProtocol
import SwiftProtobuf
import Testing

@testable import OperatorDev

@Suite("What is refused, and in which words", .serialized)
struct RefusalTests {
  /// One letter as a person counts, and a message's length in bytes; and what is shown of it.
  private static let longLetter = "e" + String(repeating: "\u{301}", count: 200_000)
  private static let shownLetter = "e" + String(repeating: "\u{301}", count: 31)
  private static let manyFeatures = (10..<30).map { "f\($0)" }
  private static let manyVersions = Dictionary(uniqueKeysWithValues: (0..<65).map { ("c\($0)", UInt64(1)) })
  private static let longVersions: [String: UInt64] = [String(repeating: "x", count: 65): 1]

  static let hellos: [(String, @Sendable (inout Lowlayer_Agent_V1_Hello) -> Void, Lowlayer_Agent_V1_Reason, String)] = [
    (
      "a newer protocol",
      {
        $0.protocol.minimum = 7
        $0.protocol.maximum = 9
      }, .protocolVersion, "The agent speaks versions 7 to 9, and the operator version 1."
    ),
    (
      "a range upside down",
      {
        $0.protocol.minimum = 2
        $0.protocol.maximum = 1
      }, .protocolVersion, "The agent speaks no version at all, and the operator version 1."
    ),
    (
      "a required feature", { $0.requiredFeatures = ["quantum-seal", "a-b"] }, .requiredFeature,
      "The other end requires what is not understood here: a-b, quantum-seal."
    ),
    (
      "a required feature of one letter, and that of many bytes",
      { $0.requiredFeatures = [longLetter] }, .requiredFeature,
      "The other end requires what is not understood here: \(shownLetter)."
    ),
    (
      "more required features than a person reads", { $0.requiredFeatures = manyFeatures }, .requiredFeature,
      "The other end requires what is not understood here: f10, f11, f12, f13, f14, f15, f16, f17, and 12 more."
    ),
    (
      "more configurations than a node keeps", { $0.configVersions = manyVersions }, .malformed,
      "A message of this node is malformed: the configuration versions of Hello are none that a node can have."
    ),
    (
      "a configuration that no node has", { $0.configVersions = longVersions }, .malformed,
      "A message of this node is malformed: the configuration versions of Hello are none that a node can have."
    ),
    (
      "a short ratchet value", { $0.ratchet = Data([1, 2, 3]) }, .malformed,
      "A message of this node is malformed: the ratchet value of Hello has 3 bytes."
    ),
    (
      "a short fingerprint", { $0.hardware.fingerprint = Data([1]) }, .malformed,
      "A message of this node is malformed: the fingerprint of Hello has 1 bytes."
    ),
    (
      "an epoch that no grant can follow", { $0.epoch = 1 << 62 }, .malformed,
      "A message of this node is malformed: it claims an epoch above the highest there is."
    ),
    (
      "a fingerprint of other facts",
      {
        $0.hardware.fingerprint = Data(repeating: 1, count: 32)
        $0.hardware.facts = [.with { $0.name = "product-uuid" }]
      }, .malformed, "A message of this node is malformed: the fingerprint of Hello is not that of its facts."
    ),
    (
      "facts without a fingerprint", { $0.hardware.facts = [.with { $0.name = "product-uuid" }] }, .malformed,
      "A message of this node is malformed: the fingerprint of Hello is not that of its facts."
    ),
    (
      "a fact twice",
      {
        $0.hardware.fingerprint = Data(repeating: 1, count: 32)
        $0.hardware.facts = [.with { $0.name = "product-uuid" }, .with { $0.name = "product-uuid" }]
      }, .malformed, "A message of this node is malformed: the fingerprint of Hello is not that of its facts."
    ),
  ]

  @Test("a Hello that cannot be answered", arguments: hellos.indices)
  func hello(_ index: Int) async throws {
    let (_, change, reason, words) = Self.hellos[index]
    let fixture = try OperatorFixture()
    try await fixture.start()
    let node = try FileKeyNode(fixture, "node-a")
    node.hello(change)
    let refusal = try await node.session.refusal()
    #expect(refusal.reason == reason)
    #expect(refusal.message == words)
    #expect(refusal.retryAfterMs > 0)
    #expect(try await node.session.end() == "ended")
    #expect(fixture.events(.refused).map(\.message) == [words])
    await fixture.kill()
  }

  @Test("of a Hello is kept what is looked at later, and no more")
  func keptHello() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    let node = try FileKeyNode(fixture, "node-a")
    let long = String(repeating: "x", count: 100_000)
    node.hello {
      $0.bootID = long
      $0.agentVersion = long
      $0.nodeName = long
      $0.features = [long]
      $0.grantDigest = Data(long.utf8)
      $0.hardware.fingerprint = Data(repeating: 1, count: 32)
      $0.epoch = 7
    }
    _ = try await node.session.welcome()
    let sessions = await (try fixture.licenseOperator).sessions
    let kept = try #require(sessions.values.first)
    #expect(kept.hello.epoch == 7)
    #expect(kept.fingerprint == Array(repeating: 1, count: 32))
    #expect(try kept.hello.serializedData().count < 100)
    #expect(kept.grantDigest.isEmpty)
    await fixture.kill()
  }

  @Test("anything before Hello, and a second Hello")
  func order() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    let early = try FileKeyNode(fixture, "node-a")
    early.session.send(.heartbeat(.init()))
    #expect(try await early.session.refusal().reason == .malformed)
    let twice = try FileKeyNode(fixture, "node-b")
    twice.hello()
    _ = try await twice.session.welcome()
    twice.hello()
    #expect(try await twice.session.refusal().reason == .malformed)
    await fixture.kill()
  }

  @Test("no Hello within ten seconds, whatever else is said meanwhile")
  func noHello() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    let node = try FileKeyNode(fixture, "node-a")
    let licenseOperator = try fixture.licenseOperator
    try await fixture.wait { await !licenseOperator.sessions.isEmpty }
    for _ in 0..<2 {
      try await fixture.advance(6)
      node.session.sendUnknown()
      try await Task.sleep(for: .milliseconds(200))
    }
    try await fixture.advance(0)
    let refusal = try await node.session.refusal()
    #expect(refusal.reason == .malformed)
    #expect(refusal.message == "A message of this node is malformed: no Hello within 10 s.")
    await fixture.kill()
  }

  @Test("a certificate of an operator is no node's")
  func operatorsCertificate() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    let node = try FileKeyNode(fixture, "ll-operator")
    node.hello()
    #expect(try await node.session.refusal().reason == .identity)
    await fixture.kill()
  }

  static let tokens: [(Result<NodeIdentity, NodeReviewFailure>?, Lowlayer_Agent_V1_Reason, String)] = [
    (nil, .identity, "This node's identity does not hold: the API server does not accept the token."),
    (
      .success(NodeIdentity(name: "node-b", uid: "u-b")), .identity,
      "This node's identity does not hold: its certificate is for node-a, and the token for node-b."
    ),
    (
      .failure(NodeReviewFailure(message: "the API server did not answer in time", isTransient: true)), .unavailable,
      "The operator cannot judge just now: the API server did not answer in time."
    ),
  ]

  @Test("a token that does not say it is this node", arguments: tokens.indices)
  func token(_ index: Int) async throws {
    let (review, reason, words) = Self.tokens[index]
    let fixture = try OperatorFixture { $0.pinnedNames = [] }
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    if let review { fixture.review("t", review) }
    let node = try FileKeyNode(fixture, "node-a")
    node.token = "t"
    node.hello()
    node.welcome = try await node.session.welcome()
    node.offer()
    let refusal = try await node.session.refusal()
    #expect(refusal.reason == reason)
    #expect(refusal.message == words)
    await fixture.kill()
  }

  @Test("a token that says it is: name and UID are the token's, and are in the grant")
  func goodToken() async throws {
    let fixture = try OperatorFixture { $0.pinnedNames = [] }
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    fixture.review("t", .success(NodeIdentity(name: "node-a", uid: "u-1")))
    let node = try FileKeyNode(fixture, "node-a")
    node.token = "t"
    #expect(try await node.license().nodeUid == "u-1")
    await fixture.kill()
  }

  /// What goes wrong between offer and answer.
  enum Trick: CaseIterable {
    case anotherKeyOffered, anotherKeySigned, tooLate, answeredTwice, noChallenge, noKeys, brokenTPMKeys
  }

  @Test("keys that are not this session's, and answers that are not to this challenge", arguments: Trick.allCases)
  func attestation(_ trick: Trick) async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    node.hello()
    node.welcome = try await node.session.welcome()
    node.ratchet = Array(node.welcome.ratchet)
    let other = P256.Signing.PrivateKey()
    var reason = Lowlayer_Agent_V1_Reason.attestation
    switch trick {
    case .anotherKeyOffered: node.offer(key: Array(other.publicKey.derRepresentation))
    case .anotherKeySigned:
      node.offer()
      try await node.answer(try await node.session.challenge(), with: other)
    case .tooLate:
      node.offer()
      let challenge = try await node.session.challenge()
      fixture.clock.advance(61)
      try await node.answer(challenge)
    case .answeredTwice:
      node.offer()
      let challenge = try await node.session.challenge()
      try await node.answer(challenge)
      try await node.granted()
      try await node.answer(challenge)
    case .noChallenge: node.session.send(.challengeReply(.init()))
    case .noKeys:
      node.session.send(.attestationOffer(.init()))
      reason = .malformed
    case .brokenTPMKeys:
      node.session.send(.attestationOffer(.with { $0.tpm.endorsementKey = Data([1, 2, 3]) }))
    }
    let refusal = try await node.session.refusal()
    #expect(refusal.reason == reason)
    #expect(refusal.message.hasSuffix("."))
    #expect(fixture.events(.refused).map(\.message) == [refusal.message])
    await fixture.kill()
  }

  @Test("an offer voids the challenge to the one before it, also where it is refused itself")
  func refusedOffer() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    let next = P256.Signing.PrivateKey()
    node.session.send(
      .attestationOffer(
        .with {
          $0.nextKey = true
          $0.file.tlsKey = Data(next.publicKey.derRepresentation)
        }))
    let challenge = try await node.session.challenge()
    node.session.send(.attestationOffer(.with { $0.nextKey = true }))
    let refused = try await node.session.refusal()
    #expect(refused.reason == .malformed)
    #expect(refused.retryAfterMs == 0)
    try await node.answer(challenge, with: next, purpose: .nextKey)
    let refusal = try await node.session.refusal()
    #expect(refusal.reason == .attestation)
    #expect(refusal.message.contains("no challenge is open in this session"))
    let seat = SeatID(organisation: "org-acme", node: "node-a")
    let rules = await (try fixture.licenseOperator).state.seats[seat]?.rules
    #expect(rules != nil && rules?.nextKey == nil)
    await fixture.kill()
  }

  @Test("a heartbeat with another ratchet value, and one that goes back")
  func heartbeats() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    node.session.send(.heartbeat(.with { $0.sequence = 1 }))
    #expect(try await node.session.refusal().reason == .malformed)
    try await node.reconnect()
    try await node.enter()
    node.session.send(.heartbeat(.with { $0.sequence = 1 }))
    #expect(try await node.session.refusal().reason == .malformed)
    await fixture.kill()
  }
}
