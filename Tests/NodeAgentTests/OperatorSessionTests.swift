import Crypto
import Foundation
import GRPCCore
import GRPCInProcessTransport
import LicenseProtocol
import Logging
import SwiftProtobuf
import Synchronization
import Testing

@testable import NodeAgent

/// An operator of one line after the other: what it answers to a message is a closure.
private struct ScriptedService: Lowlayer_Agent_V1_OperatorService.SimpleServiceProtocol {
  typealias Answer =
    @Sendable (NodeMessage, RPCWriter<OperatorMessage>) async throws -> Bool
  let answer: Answer

  func session(
    request: RPCAsyncSequence<NodeMessage, any Error>, response: RPCWriter<OperatorMessage>, context: ServerContext
  ) async throws {
    for try await message in request where try await !answer(message, response) { return }
  }
}

/// What happened, in order.
private final class Record: Sendable {
  private let content = Mutex(
    (messages: [NodeMessage](), views: [SessionView](), welcomes: 0, settings: [OperatedSettings]()))

  func add(_ message: NodeMessage) { content.withLock { $0.messages.append(message) } }
  func add(_ view: SessionView) { content.withLock { $0.views.append(view) } }
  func add(_ settings: OperatedSettings) { content.withLock { $0.settings.append(settings) } }
  func welcome() { content.withLock { $0.welcomes += 1 } }
  var messages: [NodeMessage] { content.withLock { $0.messages } }
  var views: [SessionView] { content.withLock { $0.views } }
  var welcomes: Int { content.withLock { $0.welcomes } }
  var hellos: [Lowlayer_Agent_V1_Hello] { messages.filter { $0.hello.instance.count == 16 }.map(\.hello) }

  /// Whether `condition` came to hold within half a minute.
  func sees(_ condition: @Sendable (Record) -> Bool) async -> Bool {
    for _ in 0..<3000 {
      if condition(self) { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return condition(self)
  }
}

private struct Zero: RandomNumberGenerator, Sendable {
  // The earliest moment of every window.
  mutating func next() -> UInt64 { 0 }
}

@Suite("The session with the operator", .timeLimit(.minutes(2)))
struct OperatorSessionTests {
  private static let clock = AgentClock(
    bootID: "boot-1",
    now: {
      var time = timespec()
      clock_gettime(CLOCK_BOOTTIME, &time)
      return BootTime(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }, wall: { ServerTime(nanoseconds: 1_800_000_000_000_000_000) })

  private static func connector(_ service: ScriptedService) -> OperatorConnector {
    // A server of its own for each dial: this transport connects once.
    OperatorConnector { _, body in
      let transport = InProcessTransport()
      let server = GRPCServer(transport: transport.server, services: [service])
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.serve() }
        defer { server.beginGracefulShutdown() }
        try await OperatorConnector.use(transport.client, body) { .init(certificate: [1]) }
      }
    }
  }

  /// Runs a session with an operator that answers so, hands over the session and the record, and stops.
  private func run(
    disk: ScriptedDisk = ScriptedDisk(), answering answer: @escaping ScriptedService.Answer,
    _ body: @Sendable (OperatorSession, Record) async throws -> Void
  ) async throws {
    let record = Record()
    let service = ScriptedService { message, writer in
      record.add(message)
      return try await answer(message, writer)
    }
    let connector = Self.connector(service)
    let rules = SessionRules(
      nodeName: "worker-1", keys: [], state: AgentState(), settings: .init(interval: .seconds(15), units: []),
      clock: Self.clock, keeping: { (state) throws(StateError) in try disk.keep(state) })
    let identity = SessionIdentity(
      instance: [UInt8](repeating: 3, count: 16), agentVersion: "1", assurance: .fileKey, hardware: .init())
    let session = OperatorSession(
      rules: rules, connector: connector,
      effects: .init(
        credentials: {
          SessionCredentials(
            shown: nil, certificate: [2], keys: [[UInt8](repeating: 7, count: 32)], identity: identity,
            offer: { next in .with { $0.nextKey = next } },
            answer: { _, data, _ in .with { $0.keySignature = Data(data.bytes) } })
        },
        apply: { record.add($0) }, publish: { record.add($0) }, taken: { _ in record.welcome() }, alive: {}),
      log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, random: Zero())
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await session.run() }
      let result: Result<Void, any Error>
      do { result = .success(try await body(session, record)) } catch { result = .failure(error) }
      await session.stop()
      try result.get()
    }
  }

  @Test("a node is licensed, heartbeats follow each other, and a stop ends the stream in order")
  func licensed() async throws {
    let scripted = ScriptedOperator()
    try await run(answering: { message, writer in
      switch message.message {
      case .hello:
        // Two heartbeats that a busy machine answers late end a session: these are a second apart.
        try await writer.write(scripted.welcome(interval: 1000, lease: 20_000))
        try await writer.write(try scripted.grant())
      case .heartbeat(let heartbeat):
        try await writer.write(scripted.acknowledge(heartbeat.sequence, remaining: 20_000))
      default: break
      }
      return true
    }) { session, record in
      #expect(await record.sees { $0.views.last?.license.standing(at: Self.clock.now()) == .licensed })
      #expect(await record.sees { $0.messages.contains { $0.heartbeat.sequence == 5 } })
      #expect(record.welcomes == 1)
      let began = ContinuousClock.now
      await session.stop()
      #expect(await record.sees { $0.views.last?.isConnected == false })
      #expect(ContinuousClock.now - began < .seconds(5))
      #expect(record.views.last?.lastEnd == .stopped)
      #expect(record.hellos.count == 1)
    }
  }

  @Test("a challenge is answered with its nonce and the bytes that bind it to this session")
  func challenge() async throws {
    let scripted = ScriptedOperator()
    let nonce = Data(repeating: 4, count: 32)
    try await run(answering: { message, writer in
      switch message.message {
      case .hello: try await writer.write(scripted.welcome(attests: true))
      case .attestationOffer:
        try await writer.write(
          .with {
            $0.challenge = .with {
              $0.nonce = nonce; $0.nodeUid = "uid-1"
            }
          })
      case .challengeReply: try await writer.write(try scripted.grant())
      default: break
      }
      return true
    }) { _, record in
      #expect(await record.sees { $0.messages.contains { !$0.challengeReply.nonce.isEmpty } })
      let reply = try #require(record.messages.first { !$0.challengeReply.nonce.isEmpty }).challengeReply
      // Put together here from the protocol's words, not by the code under test.
      var bytes =
        Array("lowlayer.attest.v1".utf8) + [0, 0, 32] + Array(nonce) + [0, 0] + [0, 5] + Array("uid-1".utf8)
      bytes +=
        [0, 96] + [UInt8](repeating: 9, count: 32) + Array(SHA256.hash(data: [2])) + Array(SHA256.hash(data: [1]))
      #expect(Array(reply.keySignature) == Array(SHA256.hash(data: bytes)))
      #expect(reply.nonce == nonce)
    }
  }

  @Test("an operator that hangs up is dialled again, with the ratchet value of the session before")
  func reconnects() async throws {
    let scripted = ScriptedOperator()
    let count = Mutex<UInt8>(0)
    try await run(
      answering: { message, writer in
        if case .hello = message.message {
          let number = count.withLock { count in
            count += 1
            return count
          }
          try await writer.write(scripted.welcome(ratchet: number))
          return true
        }
        return false
      }
    ) { _, record in
      #expect(await record.sees { $0.hellos.count >= 3 })
      let ratchets = record.hellos.prefix(3).map { $0.ratchet.first ?? 0 }
      #expect(ratchets == [0, 1, 2])
      #expect(record.hellos.allSatisfy { $0.instance == Data(repeating: 3, count: 16) })
    }
  }

  @Test("an operator that accepts and says nothing more is left after two heartbeats, and dialled again")
  func silent() async throws {
    let scripted = ScriptedOperator()
    try await run(answering: { message, writer in
      if case .hello = message.message { try await writer.write(scripted.welcome(interval: 100)) }
      return true
    }) { _, record in
      #expect(await record.sees { $0.hellos.count >= 2 })
      #expect(record.views.contains { $0.lastEnd == .left(Reconnection(.missedLeaseAcks)) })
    }
  }

  @Test("a new certificate ends the session in order, and the next begins at once")
  func renewed() async throws {
    let scripted = ScriptedOperator()
    try await run(answering: { message, writer in
      if case .hello = message.message { try await writer.write(scripted.welcome()) }
      return true
    }) { session, record in
      #expect(await record.sees { $0.welcomes == 1 })
      await session.reconnect()
      #expect(await record.sees { $0.hellos.count == 2 })
      #expect(record.views.contains { $0.lastEnd == .renewed })
    }
  }

  /// An operator that welcomes and challenges, and does `judge` with each reply to a challenge.
  private static func challenging(
    _ scripted: ScriptedOperator, acknowledges: Bool = true,
    judging judge: @escaping @Sendable (RPCWriter<OperatorMessage>) async throws -> Bool
  ) -> ScriptedService.Answer {
    { message, writer in
      switch message.message {
      case .hello: try await writer.write(scripted.welcome())
      case .attestationOffer: try await writer.write(.with { $0.challenge.nonce = Data(repeating: 4, count: 32) })
      case .challengeReply: return try await judge(writer)
      case .heartbeat(let heartbeat):
        if acknowledges { try await writer.write(scripted.acknowledge(heartbeat.sequence, remaining: 0)) }
      default: break
      }
      return true
    }
  }

  @Test("a next key is offered over the session that there is, and the acknowledged heartbeat after the reply ends it")
  func nextKey() async throws {
    try await run(answering: Self.challenging(ScriptedOperator()) { _ in true }) { session, record in
      #expect(await record.sees { $0.welcomes == 1 })
      let began = ContinuousClock.now
      #expect(await session.offerNext(holding: []) == .judged)
      // Heartbeats are ten seconds apart here: this one was sent for the question.
      #expect(ContinuousClock.now - began < .seconds(8))
      let sent = record.messages
      let reply = try #require(sent.firstIndex { !$0.challengeReply.nonce.isEmpty })
      #expect(sent[..<reply].contains { $0.attestationOffer.nextKey })
      #expect(sent[(reply + 1)...].contains { $0.heartbeat.sequence == 2 })
    }
  }

  @Test("an operator that does not take the next key says why")
  func nextKeyRefused() async throws {
    let judge: @Sendable (RPCWriter<OperatorMessage>) async throws -> Bool = { writer in
      try await writer.write(
        .with {
          $0.refusal.reason = .assuranceLowered
          $0.refusal.message = "It was better kept before."
        })
      return true
    }
    try await run(answering: Self.challenging(ScriptedOperator(), judging: judge)) { session, record in
      #expect(await record.sees { $0.welcomes == 1 })
      #expect(await session.offerNext(holding: []) == .refused("It was better kept before."))
      // The session goes on with the key that it has.
      #expect(record.hellos.count == 1 && record.views.last?.isConnected == true)
    }
  }

  @Test("a next key waits until the session's own key is judged and has its lease")
  func nextKeyInTurn() async throws {
    let scripted = ScriptedOperator()
    let challenge = OperatorMessage.with { $0.challenge.nonce = Data(repeating: 4, count: 32) }
    let own = Mutex((replies: 0, isEarly: false))
    try await run(answering: { message, writer in
      switch message.message {
      case .hello: try await writer.write(scripted.welcome(attests: true, interval: 1000, lease: 20_000))
      case .attestationOffer(let offer):
        if offer.nextKey { own.withLock { $0.isEarly = $0.isEarly || $0.replies == 0 } }
        // Longer than heartbeats are apart: what is acknowledged meanwhile says nothing of the key.
        if !offer.nextKey { try await Task.sleep(for: .milliseconds(1200)) }
        try await writer.write(challenge)
      case .challengeReply: own.withLock { $0.replies += 1 }
      case .heartbeat(let heartbeat):
        let isSeated = own.withLock { $0.replies > 0 }
        try await writer.write(scripted.acknowledge(heartbeat.sequence, remaining: isSeated ? 20_000 : 0))
      default: break
      }
      return true
    }) { session, record in
      // Sent after the Welcome.
      #expect(await record.sees { $0.messages.contains { $0.heartbeat.sequence == 1 } })
      #expect(await session.offerNext(holding: []) == .judged)
      #expect(own.withLock { $0 } == (replies: 2, isEarly: false))
      let offers = record.messages.compactMap { message -> Bool? in
        if case .attestationOffer(let offer) = message.message { offer.nextKey } else { nil }
      }
      #expect(offers == [false, true])
    }
  }

  @Test("a session that ends before the next key is judged ends the wait, and so does a stop")
  func nextKeyWithoutSession() async throws {
    try await run(answering: Self.challenging(ScriptedOperator()) { _ in false }) { session, record in
      #expect(await record.sees { $0.welcomes == 1 })
      #expect(await session.offerNext(holding: []) == .noSession)
    }
    try await run(
      answering: Self.challenging(ScriptedOperator(), acknowledges: false) { _ in true }
    ) { session, record in
      #expect(await record.sees { $0.welcomes == 1 })
      async let verdict = session.offerNext(holding: [])
      #expect(await record.sees { $0.messages.contains { !$0.challengeReply.nonce.isEmpty } })
      await session.stop()
      #expect(await verdict == .noSession)
      #expect(await session.offerNext(holding: []) == .noSession)
    }
  }

  @Test("another operator ends the session in order, and the next one is with that")
  func redialled() async throws {
    let scripted = ScriptedOperator()
    let other = Record()
    let answer: ScriptedService.Answer = { message, writer in
      if case .hello = message.message { try await writer.write(scripted.welcome()) }
      return true
    }
    let service = ScriptedService { message, writer in
      other.add(message)
      return try await answer(message, writer)
    }
    try await run(answering: answer) { session, record in
      #expect(await record.sees { $0.welcomes == 1 })
      await session.redial(over: Self.connector(service))
      #expect(await other.sees { $0.hellos.count == 1 })
      #expect(record.hellos.count == 1)
      #expect(record.views.contains { $0.lastEnd == .resettled })
    }
  }

  @Test("a node that can keep nothing sends no heartbeat, and says why")
  func fullDisk() async throws {
    let scripted = ScriptedOperator()
    let disk = ScriptedDisk()
    disk.fill(true)
    try await run(
      disk: disk,
      answering: { message, writer in
        if case .hello = message.message { try await writer.write(scripted.welcome()) }
        return true
      }
    ) { _, record in
      #expect(await record.sees { $0.views.contains { "\($0.lastEnd?.description ?? "")".contains("No space left") } })
      #expect(!record.messages.contains { $0.heartbeat.sequence > 0 })
    }
  }
}
