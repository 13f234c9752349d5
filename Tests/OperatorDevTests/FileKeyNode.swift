import Crypto
import Foundation
import LicenseProtocol

@testable import OperatorDev

/// A node with its key in a file, which goes through the protocol as docs/license-protocol.md has it.
final class FileKeyNode {
  let fixture: OperatorFixture
  let identity: TestAuthority.Issued
  /// What it has saved.
  var ratchet: [UInt8] = []
  var epoch: UInt64 = 0
  var grantDigest: [UInt8] = []
  var applied: [String: UInt64] = [:]
  /// This session.
  var session: ScriptedNode
  var welcome = Lowlayer_Agent_V1_Welcome()
  var sequence: UInt64 = 0
  var token = ""

  init(_ fixture: OperatorFixture, _ name: String, of authority: TestAuthority? = nil) throws {
    self.fixture = fixture
    identity = try (authority ?? fixture.acme).issue(name)
    session = try fixture.connect(identity)
  }

  /// A copy of another node: its certificate and its key.
  init(_ fixture: OperatorFixture, _ name: String, keyOf other: FileKeyNode) throws {
    self.fixture = fixture
    identity = other.identity
    session = try fixture.connect(identity)
  }

  /// Hello, with whatever a test changes in it.
  func hello(_ change: (inout Lowlayer_Agent_V1_Hello) -> Void = { _ in }) {
    var hello = Lowlayer_Agent_V1_Hello()
    hello.protocol.minimum = 1
    hello.protocol.maximum = 1
    hello.instance = Data((0..<16).map { _ in UInt8.random(in: 0...255) })
    hello.ratchet = Data(ratchet)
    hello.epoch = epoch
    hello.grantDigest = Data(grantDigest)
    hello.configVersions = applied
    change(&hello)
    session.send(.hello(hello))
  }

  /// Says Hello and offers its key where that is asked for. Everything up to the challenge's answer.
  func enter() async throws {
    hello()
    welcome = try await session.welcome()
    ratchet = Array(welcome.ratchet)
    sequence = 0
    if welcome.attestationRequired { try await attest() }
  }

  /// Offers its key and answers the challenge.
  func attest() async throws {
    offer()
    try await answer(try await session.challenge())
  }

  func offer(key: [UInt8]? = nil) {
    var offer = Lowlayer_Agent_V1_AttestationOffer()
    offer.token = Data(token.utf8)
    offer.file.tlsKey = Data(key ?? identity.publicKeyDER)
    session.send(.attestationOffer(offer))
  }

  func answer(
    _ challenge: Lowlayer_Agent_V1_Challenge, with key: P256.Signing.PrivateKey? = nil,
    purpose: QualifyingData.Purpose = .sessionKey
  ) async throws {
    let binding = try SessionBinding(
      sessionID: Array(welcome.sessionID), clientCertificate: try identity.der,
      serverCertificate: try fixture.serverLeaf)
    let data = try QualifyingData(
      purpose: purpose, nonce: Array(challenge.nonce), fingerprint: [UInt8](), nodeUID: challenge.nodeUid,
      binding: binding)
    var reply = Lowlayer_Agent_V1_ChallengeReply()
    reply.nonce = challenge.nonce
    reply.keySignature = Data(try FileKeySignature.sign(data, with: key ?? identity.key))
    session.send(.challengeReply(reply))
  }

  /// Waits for a grant, verifies it, and remembers it.
  @discardableResult
  func granted() async throws -> Lowlayer_Agent_V1_Grant {
    let sent = try await session.grant()
    let grant = try GrantSignature.verify(sent, key: Array(welcome.grantKey))
    epoch = grant.epoch
    grantDigest = GrantSignature.digest(of: sent)
    return grant
  }

  /// A heartbeat and its answer: how long the lease lives, in milliseconds.
  @discardableResult
  func beat() async throws -> UInt32 {
    sequence += 1
    var heartbeat = Lowlayer_Agent_V1_Heartbeat()
    heartbeat.sequence = sequence
    heartbeat.ratchet = Data(ratchet)
    session.send(.heartbeat(heartbeat))
    let ack = try await session.leaseAck()
    guard ack.sequence == sequence else { throw ScriptedNode.Failure.unexpected("an answer to \(ack.sequence)") }
    return ack.leaseRemainingMs
  }

  /// All of it.
  @discardableResult
  func license() async throws -> Lowlayer_Agent_V1_Grant {
    try await enter()
    let grant = try await granted()
    try await beat()
    return grant
  }

  /// Another session, of the same node.
  func reconnect() async throws {
    await session.close()
    session = try fixture.connect(identity)
  }
}
