import Crypto
import Foundation
import LicenseProtocol
import PKI
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import OperatorDev

/// An operator with the keys and the clock of a trace, which hears what the trace's node says. What it draws at random
/// takes the place of what is recorded; everything else it says has to be what is recorded.
struct ReplayedOperator {
  /// A session on no connection.
  private struct Session {
    var id: UInt64
    var outbox: Outbox
    var sessionID = Data()
    var fingerprint = Data()
    var challenge = Lowlayer_Agent_V1_Challenge()
  }

  let licenseOperator: LicenseOperator
  private let trace: RecordedTrace
  private let folder: TemporaryFolder
  private let clock: ReplayedOperatorClock
  private let printed = PrintedEvents()
  private var session: Session?
  /// The operator's clock when the node's boot clock was 0.
  private var origin: Int64
  // By what is recorded, what this operator has drawn.
  private var ratchets: [Data: Data] = [:]
  private var nonces: [Data: Data] = [:]

  init(_ trace: RecordedTrace) async throws {
    self.trace = trace
    folder = try TemporaryFolder()
    clock = ReplayedOperatorClock(trace.server_time_ns)
    origin = trace.server_time_ns - Int64(trace.steps.first?.at_ms ?? 0) * 1_000_000
    let keyServerKey = P256.Signing.PrivateKey()
    var settings = OperatorSettings(
      listen: HostPort(host: "127.0.0.1", port: 0), certificate: "", key: "", organisations: "", state: "",
      grantKey: "")
    settings.grantDuration = .seconds(7 * 86_400)
    settings.keyServer = KeyServerSettings(
      addresses: [], anchor: "",
      signingKey: try folder.write(keyServerKey.publicKey.pemRepresentation, to: "key-server.pub").path)
    let anchor = try IssuedCertificate(der: RecordedTrace.bytes(trace.client_anchor))
    let grantKey = try Self.key("grant_key", in: trace)
    let (token, identity) = try Self.identity(in: trace)
    let printed = printed
    licenseOperator = try LicenseOperator(
      settings: settings, signingKey: SigningKey(grantKey),
      serverLeaf: RecordedTrace.bytes(trace.server_certificate), licensee: "platform",
      organisations: OrganisationsBook(Organisations([Organisation(anchor: anchor)])), clock: clock.clock,
      store: StateStore(save: { _ in }, load: { () throws(OperatorError) in nil }),
      review: { shown in
        shown == token
          ? .success(identity) : .failure(NodeReviewFailure(message: "another token", isTransient: false))
      }, emit: { printed.add($0) })
    let faults = await licenseOperator.start()
    #expect(faults == [])
    try await allow(with: keyServerKey)
  }

  /// What was printed of that.
  func events(_ kind: OperatorEvent.Kind) -> [OperatorEvent] { printed.all.filter { $0.kind == kind } }

  /// The node's token, and whose it is: what the first challenge says.
  private static func identity(in trace: RecordedTrace) throws -> (token: [UInt8], NodeIdentity) {
    var (token, uid) = ([UInt8](), "")
    for step in trace.steps where step.wire != nil {
      let wire = try RecordedTrace.bytes(step.wire)
      if step.from == "node", case .attestationOffer(let offer)? = try Self.said(wire).message {
        token = Array(offer.token)
      } else if step.from == "operator", case .challenge(let challenge)? = try Self.answered(wire).message {
        uid = challenge.nodeUid
      }
    }
    return (token, NodeIdentity(name: trace.node_name, uid: uid))
  }

  private static func key(_ name: String, in trace: RecordedTrace) throws -> P256.Signing.PrivateKey {
    try P256.Signing.PrivateKey(pemRepresentation: try #require(trace.private_keys[name]))
  }

  private static func said(_ wire: [UInt8]) throws -> Lowlayer_Agent_V1_NodeMessage {
    try Lowlayer_Agent_V1_NodeMessage(serializedBytes: wire)
  }

  private static func answered(_ wire: [UInt8]) throws -> Lowlayer_Agent_V1_OperatorMessage {
    try Lowlayer_Agent_V1_OperatorMessage(serializedBytes: wire)
  }

  /// The key server allows what the traces' grants say.
  private func allow(with key: P256.Signing.PrivateKey) async throws {
    let nonce = await licenseOperator.report().nonce
    let day: Int64 = 86_400_000_000_000
    var entitlement = Lowlayer_Keyserver_V1_Entitlement()
    entitlement.licensee = "platform"
    entitlement.nonce = nonce
    entitlement.mode = .enterprise
    entitlement.protocol = 1
    entitlement.issuedAtNs = trace.server_time_ns
    entitlement.notAfterNs = trace.server_time_ns + 30 * day
    entitlement.graceUntilNs = trace.server_time_ns + 60 * day
    var allowed = Lowlayer_Keyserver_V1_OrganisationEntitlement()
    allowed.organisation = "org-acme"
    allowed.nodesIncluded = 2
    allowed.nodesLimit = 2
    entitlement.organisations = [allowed]
    await licenseOperator.received(try EntitlementSignature.sign(entitlement, with: key))
  }

  // MARK: Steps

  mutating func take(_ index: Int) async throws {
    let step = trace.steps[index]
    let place = "step \(index), \(step.event ?? step.text ?? "")"
    if let time = step.server_time_ns { origin = time - Int64(step.at_ms) * 1_000_000 }
    stand(at: step)
    switch step.from {
    case "event": try await happened(step)
    case "node":
      // Its message arrives when the operator's answer to it leaves.
      let next = trace.steps[(index + 1)...].first { $0.from != "node" && $0.event != "snapshot" }
      if let next, next.from == "operator" { stand(at: next) }
      try await hear(step, place)
    default: try await say(step, place)
    }
  }

  /// The stream ends. What the operator has said and the trace has not is a fault.
  mutating func hangUp() async {
    guard let session else { return }
    self.session = nil
    session.outbox.close()
    for await message in session.outbox.messages { Issue.record("said, and not recorded: \(message)") }
    await licenseOperator.closed(session.id)
  }

  private func stand(at step: RecordedTrace.Step) { clock.stand(at: origin + Int64(step.at_ms) * 1_000_000) }

  private mutating func happened(_ step: RecordedTrace.Step) async throws {
    switch step.event {
    case "opened":
      await hangUp()
      let leaf = try IssuedCertificate(der: RecordedTrace.bytes(trace.client_certificate))
      let outbox = Outbox()
      let opened = await licenseOperator.opened(Peer(organisation: "org-acme", leaf: leaf), outbox)
      session = Session(id: try #require(opened), outbox: outbox)
    case "disconnected", "restarted": await hangUp()
    case "rebooted":
      await hangUp()
      // It was away for longer than a lease.
      await licenseOperator.tick()
    case "configuration": await licenseOperator.take((step.bodies ?? [:]).mapValues { Array($0.utf8) })
    default: break
    }
  }

  private mutating func hear(_ step: RecordedTrace.Step, _ place: String) async throws {
    var message = try Self.said(RecordedTrace.bytes(step.wire))
    guard var session else { throw ScriptedNode.Failure.ended("\(place): there is no session") }
    switch message.message {
    case .hello(var hello):
      if !hello.ratchet.isEmpty { hello.ratchet = try drawn(for: hello.ratchet, of: ratchets, place) }
      message.hello = hello
      session.fingerprint = hello.hardware.fingerprint
    case .heartbeat(var heartbeat):
      heartbeat.ratchet = try drawn(for: heartbeat.ratchet, of: ratchets, place)
      message.heartbeat = heartbeat
    case .configAck(var ack):
      ack.nonce = try drawn(for: ack.nonce, of: nonces, place)
      message.configAck = ack
    case .challengeReply: message.challengeReply = try answer(session)
    default: break
    }
    self.session = session
    await licenseOperator.received(message, in: session.id)
  }

  /// What this operator has drawn where the trace has another value.
  private func drawn(for recorded: Data, of known: [Data: Data], _ place: String) throws -> Data {
    guard let drawn = known[recorded] else { throw ScriptedNode.Failure.unexpected("\(place): it was never issued") }
    return drawn
  }

  /// The answer that the node gives to what this operator has drawn.
  private func answer(_ session: Session) throws -> Lowlayer_Agent_V1_ChallengeReply {
    let binding = try SessionBinding(
      sessionID: session.sessionID, clientCertificate: RecordedTrace.bytes(trace.client_certificate),
      serverCertificate: RecordedTrace.bytes(trace.server_certificate))
    let data = try QualifyingData(
      nonce: session.challenge.nonce, fingerprint: session.fingerprint, nodeUID: session.challenge.nodeUid,
      binding: binding)
    let key = try Self.key("node", in: trace)
    var reply = Lowlayer_Agent_V1_ChallengeReply()
    reply.nonce = session.challenge.nonce
    reply.keySignature = Data(try FileKeySignature.sign(data, with: key))
    return reply
  }

  private mutating func say(_ step: RecordedTrace.Step, _ place: String) async throws {
    let expected = try Self.answered(RecordedTrace.bytes(step.wire))
    guard var session else { throw ScriptedNode.Failure.ended("\(place): there is no session") }
    var made = try await next(from: session.outbox)
    switch (expected.message, made.message) {
    case (.welcome(let recorded)?, .welcome(let welcome)?):
      #expect(welcome.sessionID.count == 32 && welcome.ratchet.count == 32, "\(place)")
      ratchets[recorded.ratchet] = welcome.ratchet
      session.sessionID = welcome.sessionID
      made.welcome.sessionID = recorded.sessionID
      made.welcome.ratchet = recorded.ratchet
    case (.challenge(let recorded)?, .challenge(let challenge)?):
      session.challenge = challenge
      made.challenge.nonce = recorded.nonce
    case (.configDelta(let recorded)?, .configDelta(let delta)?):
      nonces[recorded.nonce] = delta.nonce
      made.configDelta.nonce = recorded.nonce
    case (.licenseGrant(let recorded)?, .licenseGrant(let grant)?):
      // A signature is another one each time.
      let grantKey = try Self.key("grant_key", in: trace)
      _ = try GrantSignature.verify(grant, key: grantKey.publicKey.derRepresentation)
      made.licenseGrant.signature = recorded.signature
    default: break
    }
    self.session = session
    #expect(made == expected, "\(place)")
  }

  /// The next thing that the operator has said. Where it says nothing the suite's time limit ends the wait.
  private func next(from outbox: Outbox) async throws -> Lowlayer_Agent_V1_OperatorMessage {
    for await message in outbox.messages { return message }
    throw ScriptedNode.Failure.ended("the outbox is closed")
  }
}

/// The operator's two clocks, which stand where a step has them.
private final class ReplayedOperatorClock: Sendable {
  private let start: Int64
  private let time: Mutex<Int64>

  init(_ start: Int64) {
    self.start = start
    time = Mutex(start)
  }

  func stand(at nanoseconds: Int64) { time.withLock { $0 = nanoseconds } }

  var clock: OperatorClock {
    OperatorClock(
      bootNanoseconds: { UInt64(1_000_000_000_000 + self.time.withLock { $0 } - self.start) },
      realNanoseconds: { self.time.withLock { $0 } })
  }
}

/// What an operator printed.
private final class PrintedEvents: Sendable {
  private let events = Mutex<[OperatorEvent]>([])

  var all: [OperatorEvent] { events.withLock { $0 } }
  func add(_ event: OperatorEvent) { events.withLock { $0.append(event) } }
}
