import Crypto
import Foundation
import GRPCCore
import LicenseProtocol
import Logging
import NodeIdentity
import SwiftProtobuf
import Synchronization
import Testing

@testable import HardwareIdentity
@testable import NodeAgent

@Suite("A new certificate beside an old one, and an operator that may not take it", .timeLimit(.minutes(2)))
struct CertificateTurnTests {
  private static let refused = CertificateObjection(words: "its endorsement key is not registered", isCertain: true)
  private static let lost = CertificateObjection(words: "the operator hung up", isCertain: false)

  /// The earliest moment of every window.
  private struct Earliest: RandomNumberGenerator, Sendable {
    mutating func next() -> UInt64 { 0 }
  }

  /// A node whose certificate was used and then renewed: both.
  private static func renewed(_ node: RenewingNode) async throws -> (old: NodeCertificate, new: NodeCertificate) {
    let old = try await node.keeper.certificate(fingerprint: "00ff").shown
    try await node.keeper.used(old)
    try await node.keeper.renew(fingerprint: "00ff")
    let stored = try await node.keeper.stored()
    #expect(stored.current == old)
    return (old, try #require(stored.next))
  }

  private static func shown(_ node: RenewingNode) async throws -> NodeCertificate {
    try await node.keeper.certificate(fingerprint: "00ff").shown
  }

  @Test(
    "what the operator did not take gives way to the other; what it takes stays, and the new one's turn comes again")
  func turns() async throws {
    let node = try RenewingNode()
    let (old, new) = try await Self.renewed(node)
    #expect(try await Self.shown(node) == new)
    // The old one was taken last: nothing holds its dial back.
    #expect(await node.keeper.untaken(new, Self.refused))
    #expect(try await Self.shown(node) == old)
    // Neither: they take turns.
    #expect(await !node.keeper.untaken(old, Self.refused))
    #expect(try await Self.shown(node) == new)
    #expect(await !node.keeper.untaken(new, Self.refused))
    try await node.keeper.used(old)
    node.pass(3000)
    #expect(try await Self.shown(node) == old)
    node.pass(600)
    #expect(try await Self.shown(node) == new)
    let kept = try await node.keeper.stored()
    #expect(kept.current == old && kept.next == new)
    try await node.keeper.used(new)
    let after = try await node.keeper.stored()
    #expect(after.current == new && after.next == nil)
  }

  @Test(
    "a session that may have ended for anything counts from the second in a row, and one that was taken ends the row")
  func doubts() async throws {
    let node = try RenewingNode()
    let (old, new) = try await Self.renewed(node)
    await node.keeper.untaken(new, Self.lost)
    #expect(try await Self.shown(node) == new)
    try await node.keeper.used(old)
    await node.keeper.untaken(new, Self.lost)
    #expect(try await Self.shown(node) == new)
    await node.keeper.untaken(new, Self.lost)
    #expect(try await Self.shown(node) == old)
  }

  @Test("the only certificate is shown whatever the operator says, and one that comes after a refusal at once")
  func newest() async throws {
    let node = try RenewingNode()
    let only = try await Self.shown(node)
    try await node.keeper.used(only)
    await node.keeper.untaken(only, Self.refused)
    #expect(try await Self.shown(node) == only)
    try await node.keeper.renew(fingerprint: "00ff")
    let second = try await Self.shown(node)
    #expect(second != only)
    await node.keeper.untaken(second, Self.refused)
    #expect(try await Self.shown(node) == only)
    try await node.keeper.renew(fingerprint: "00ff")
    let third = try await Self.shown(node)
    #expect(third != only && third != second)
  }

  @Test("a certificate that waits for a seat through half of its life is kept beside the one that follows it")
  func waiting() async throws {
    let node = try RenewingNode()
    let first = try await Self.shown(node)
    try await node.keeper.renew(fingerprint: "00ff")
    let stored = try await node.keeper.stored()
    #expect(stored.current == first)
    #expect(stored.next != nil && stored.next != first)
  }

  /// Runs the agent of `node` with that operator, and hands it over.
  private static func run(
    _ node: RenewingNode, _ choosy: ChoosyOperator, _ body: @Sendable (NodeAgent) async throws -> Void
  ) async throws {
    let settings = NodeAgentSettings(
      nodeName: "worker-1.acme.example", version: "1",
      licenseOperator: OperatorEndpoint(host: "127.0.0.1", port: 1, name: nil, anchors: "/none", tokenFile: nil),
      authority: nil, tcti: nil, allowsFileKey: true, stateFolder: node.state,
      operated: OperatedSettings(interval: .seconds(15), units: []))
    let agent = try await NodeAgent(
      settings,
      sources: NodeAgent.Sources(
        hardware: { HardwareFacts(readings: [:], hypervisor: nil) },
        snapshot: { _ in preconditionFailure("nobody reads this node") }),
      clock: node.clocks.clock(), liveness: LoopLiveness(limit: .seconds(60)), identity: node.keeper,
      connecting: { _ in choosy.connector() }, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      random: Earliest())
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await agent.keepSession() }
      let result: Result<Void, any Error>
      do { result = .success(try await body(agent)) } catch { result = .failure(error) }
      await agent.stop()
      try result.get()
    }
  }

  /// Whether `condition` came to hold within half a minute.
  private static func sees(_ condition: @Sendable () async throws -> Bool) async throws -> Bool {
    for _ in 0..<3000 {
      if try await condition() { return true }
      try await Task.sleep(for: .milliseconds(10))
    }
    return try await condition()
  }

  /// A session of a key that the operator knows.
  private static func known(_ scripted: ScriptedOperator) -> ChoosyOperator.Answer {
    { message, writer in
      switch message.message {
      case .hello: try await writer.write(scripted.welcome())
      case .heartbeat(let heartbeat): try await writer.write(scripted.acknowledge(heartbeat.sequence))
      default: break
      }
      return true
    }
  }

  /// A session of a key that it does not know, and refuses for this reason.
  private static func unknown(
    _ scripted: ScriptedOperator, _ reason: Lowlayer_Agent_V1_Reason, retryAfter milliseconds: UInt32
  ) -> ChoosyOperator.Answer {
    { message, writer in
      switch message.message {
      case .hello: try await writer.write(scripted.welcome(attests: true))
      case .heartbeat(let heartbeat): try await writer.write(scripted.acknowledge(heartbeat.sequence, remaining: 0))
      case .attestationOffer:
        try await writer.write(
          .with {
            $0.refusal.reason = reason
            $0.refusal.message = "It is refused."
            $0.refusal.retryAfterMs = milliseconds
          })
        return milliseconds > 0
      default: break
      }
      return true
    }
  }

  @Test("where the new one's handshake fails, the next dial shows the old one, and both stay")
  func handshake() async throws {
    let node = try RenewingNode()
    let (old, new) = try await Self.renewed(node)
    let answer = Self.known(ScriptedOperator())
    let choosy = ChoosyOperator { $0 == new ? .handshakeFails : .session(answer) }
    try await Self.run(node, choosy) { _ in
      let isSeen = try await Self.sees { choosy.alive.last == old }
      #expect(isSeen)
    }
    #expect(choosy.shown == [new, old])
    let kept = try await node.keeper.stored()
    #expect(kept.current == old && kept.next == new)
  }

  @Test("a Welcome that asks for the keys gives up nothing: after the refusal the old one is shown")
  func refusedAfterWelcome() async throws {
    let node = try RenewingNode()
    let (old, new) = try await Self.renewed(node)
    let scripted = ScriptedOperator()
    let (known, unknown) = (Self.known(scripted), Self.unknown(scripted, .attestation, retryAfter: 10))
    let choosy = ChoosyOperator { .session($0 == new ? unknown : known) }
    try await Self.run(node, choosy) { _ in
      let isSeen = try await Self.sees { choosy.alive.last == old }
      #expect(isSeen)
    }
    #expect(choosy.shown == [new, old])
    let kept = try await node.keeper.stored()
    #expect(kept.current == old && kept.next == new)
  }

  @Test("a key that is to be attested first takes the old one's place once it has its lease, and not before")
  func attested() async throws {
    let node = try RenewingNode()
    let (old, new) = try await Self.renewed(node)
    let keeper = node.keeper
    let scripted = ScriptedOperator(nodeKeyDigest: Array(SHA256.hash(data: new.key.publicKeyInfo)))
    let before = Mutex<StoredIdentity?>(nil)
    let answer: ChoosyOperator.Answer = { message, writer in
      switch message.message {
      case .hello: try await writer.write(scripted.welcome(attests: true))
      case .attestationOffer: try await writer.write(.with { $0.challenge.nonce = Data(repeating: 4, count: 32) })
      case .challengeReply:
        let stored = try await keeper.stored()
        before.withLock { $0 = stored }
        try await writer.write(try scripted.grant(node: "worker-1.acme.example"))
      case .heartbeat(let heartbeat):
        let isJudged = before.withLock { $0 != nil }
        try await writer.write(scripted.acknowledge(heartbeat.sequence, remaining: isJudged ? 40_000 : 0))
      default: break
      }
      return true
    }
    let choosy = ChoosyOperator { _ in .session(answer) }
    try await Self.run(node, choosy) { _ in
      let isSeen = try await Self.sees { try await keeper.stored().next == nil }
      #expect(isSeen)
    }
    #expect(before.withLock { $0?.current } == old)
    #expect(before.withLock { $0?.next } == new)
    #expect(try await node.keeper.stored().current == new)
    #expect(choosy.shown == [new])
  }

  @Test("a key that the operator knows takes the old one's place with the Welcome")
  func same() async throws {
    let node = try RenewingNode()
    let (_, new) = try await Self.renewed(node)
    let keeper = node.keeper
    let answer = Self.known(ScriptedOperator())
    let choosy = ChoosyOperator { _ in .session(answer) }
    try await Self.run(node, choosy) { _ in
      let isSeen = try await Self.sees { try await keeper.stored().next == nil }
      #expect(isSeen)
    }
    #expect(try await node.keeper.stored().current == new)
    #expect(choosy.shown == [new])
  }

  @Test(
    "neither an organisation without a seat nor an operator that is away speaks against the new one",
    arguments: [true, false])
  func elsewhere(_ isAway: Bool) async throws {
    let node = try RenewingNode()
    let (old, new) = try await Self.renewed(node)
    let answer = Self.unknown(ScriptedOperator(), .noSeat, retryAfter: 0)
    let choosy = ChoosyOperator { _ in isAway ? .away : .session(answer) }
    try await Self.run(node, choosy) { _ in
      let isSeen = try await Self.sees { choosy.shown.count >= 4 }
      #expect(isSeen)
    }
    #expect(choosy.shown.allSatisfy { $0 == new })
    let kept = try await node.keeper.stored()
    #expect(kept.current == old && kept.next == new)
  }

  @Test("an operator that hangs up without a word is shown the new one twice, and then the old one")
  func hungUp() async throws {
    let node = try RenewingNode()
    let (old, new) = try await Self.renewed(node)
    let answer = Self.known(ScriptedOperator())
    let nothing: ChoosyOperator.Answer = { _, _ in false }
    let choosy = ChoosyOperator { .session($0 == new ? nothing : answer) }
    try await Self.run(node, choosy) { _ in
      let isSeen = try await Self.sees { choosy.alive.last == old }
      #expect(isSeen)
    }
    #expect(choosy.shown == [new, new, old])
  }

  @Test("a next key that the operator refused over the old session is not shown in the next dial")
  func refusedNextKey() async throws {
    let node = try RenewingNode()
    let keeper = node.keeper
    let old = try await keeper.certificate(fingerprint: "00ff").shown
    try await keeper.used(old)
    let scripted = ScriptedOperator()
    let hangsUp = Mutex(false)
    let answer: ChoosyOperator.Answer = { message, writer in
      switch message.message {
      case .hello: try await writer.write(scripted.welcome())
      case .attestationOffer: try await writer.write(.with { $0.challenge.nonce = Data(repeating: 4, count: 32) })
      case .challengeReply:
        try await writer.write(
          .with {
            $0.refusal.reason = .attestation
            $0.refusal.message = "Its endorsement key is not registered."
          })
      case .heartbeat(let heartbeat) where heartbeat.sequence == 1:
        try await writer.write(scripted.acknowledge(heartbeat.sequence))
      case .heartbeat:
        // The one that asks for the verdict.
        while !hangsUp.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(10)) }
        return false
      default: break
      }
      return true
    }
    let choosy = ChoosyOperator { _ in .session(answer) }
    try await Self.run(node, choosy) { agent in
      let isSeen = try await Self.sees { !choosy.alive.isEmpty }
      #expect(isSeen)
      #expect(try await keeper.renew(fingerprint: "00ff"))
      try await agent.introduce(isNewKey: true)
      hangsUp.withLock { $0 = true }
      let isSeenAgain = try await Self.sees { choosy.shown.count >= 2 }
      #expect(isSeenAgain)
    }
    #expect(choosy.shown.prefix(2) == [old, old])
    let kept = try await node.keeper.stored()
    #expect(kept.current == old && kept.next != nil)
  }
}
