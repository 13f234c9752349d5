import Crypto
import Foundation
import LicenseProtocol
import SwiftProtobuf
import Testing

@testable import NodeAgent

@Suite("A session's rules")
struct SessionRulesTests {
  private let clocks = ScriptedClocks()
  private let scripted = ScriptedOperator()
  private let disk = ScriptedDisk()

  @Test("the ratchet value is on the disk before the first heartbeat, which carries it")
  func ratchetFirst() {
    var rules = SessionRules.scripted(clocks, disk: disk)
    #expect(rules.begin().hello?.ratchet.isEmpty == true)
    let steps = rules.receive(scripted.welcome(ratchet: 5))
    #expect(disk.states.first?.ratchet == [UInt8](repeating: 5, count: 32))
    #expect(steps.heartbeats.map(\.sequence) == [1])
    #expect(steps.heartbeats.first?.ratchet == Data(repeating: 5, count: 32))
  }

  @Test("on a full disk no heartbeat is sent, and the session ends with the reason")
  func fullDisk() {
    var rules = SessionRules.scripted(clocks, disk: disk)
    _ = rules.begin()
    disk.fill(true)
    let steps = rules.receive(scripted.welcome())
    #expect(steps.heartbeats.isEmpty)
    #expect(steps.end?.description.contains("No space left on device") == true)
    #expect(rules.state.ratchet.isEmpty)
  }

  @Test("a disk that fills up later takes no license away, is said once, and is tried again with each heartbeat")
  func diskFillsLater() throws {
    var rules = SessionRules.scripted(clocks, disk: disk)
    _ = rules.begin()
    _ = rules.receive(scripted.welcome())
    disk.fill(true)
    let steps = rules.receive(try scripted.grant())
    _ = rules.receive(scripted.acknowledge(1))
    #expect(rules.standing == .licensed)
    #expect(steps.contains { if case .note(let words) = $0 { words.contains("No space left") } else { false } })
    clocks.advance(.seconds(10))
    #expect(!rules.tick().contains { if case .note = $0 { true } else { false } })
    #expect(disk.states.last?.license.grant == nil)
    disk.fill(false)
    clocks.advance(.seconds(10))
    _ = rules.receive(scripted.acknowledge(2))
    _ = rules.tick()
    #expect(disk.states.last?.license.grant != nil)
  }

  @Test("a licensed node says so only with a grant and a lease")
  func licensed() throws {
    var rules = SessionRules.scripted(clocks, disk: disk)
    _ = rules.begin()
    #expect(rules.standing == .connecting)
    _ = rules.receive(scripted.welcome())
    _ = rules.receive(scripted.acknowledge(1, remaining: 0))
    #expect(rules.standing == .awaitingGrant)
    _ = rules.receive(try scripted.grant())
    #expect(rules.standing == .awaitingLease)
    _ = rules.receive(scripted.acknowledge(2))
    #expect(rules.standing == .licensed)
  }

  @Test(
    "a grant that is not this node's is refused in words and kept nowhere",
    arguments: [
      ("signed by another key", "is not signed by the operator's grant key"), ("for another node", "is for node other"),
      ("bound to another key", "is bound to a key that this node does not hold"),
    ])
  func forged(fault: String, words: String) throws {
    var rules = SessionRules.scripted(clocks, disk: disk)
    _ = rules.begin()
    _ = rules.receive(scripted.welcome())
    var forger = ScriptedOperator()
    forger.nodeKeyDigest = [UInt8](repeating: 8, count: 32)
    let message =
      switch fault {
      case "signed by another key": try scripted.grant(signedBy: P256.Signing.PrivateKey())
      case "for another node": try scripted.grant(node: "other")
      default: try forger.grant(signedBy: scripted.key)
      }
    _ = rules.receive(message)
    guard case .grantRefused(let found) = rules.license.standing(at: rules.now) else {
      Issue.record("the standing is \(rules.standing)")
      return
    }
    #expect(found.words == words)
    #expect(disk.states.allSatisfy { $0.license.grant == nil })
  }

  @Test("two missing acknowledgements end the session, and not before 20 s")
  func silence() throws {
    var rules = SessionRules.scripted(clocks, disk: disk)
    try rules.license(by: scripted)
    clocks.advance(.seconds(10))
    #expect(rules.tick().heartbeats.map(\.sequence) == [3])
    clocks.advance(.seconds(10))
    #expect(rules.tick().end == nil)
    clocks.advance(.seconds(10))
    #expect(rules.tick().end == .left(Reconnection(.missedLeaseAcks)))
    #expect(rules.standing == .licensed, "the lease is not over with the session")
    rules.closed(.lost("x"))
    clocks.advance(.seconds(11))
    _ = rules.tick()
    #expect(rules.standing == .leaseLost)
  }

  @Test(
    "the wall clock moving hours either way changes nothing",
    arguments: [Duration.seconds(-86_400 * 400), .seconds(86_400 * 400)])
  func wallClock(jump: Duration) throws {
    var rules = SessionRules.scripted(clocks, disk: disk)
    try rules.license(by: scripted)
    clocks.jumpWall(jump)
    _ = rules.tick()
    #expect(rules.standing == .licensed)
    clocks.advance(.seconds(10))
    #expect(rules.tick().heartbeats.count == 1)
    _ = rules.receive(scripted.acknowledge(3, at: 10))
    clocks.advance(.seconds(86_400))
    _ = rules.tick()
    #expect(rules.standing == .expired, "the grant's end is told by the operator's time and the boot clock")
  }

  @Test("after a reboot the operator's last time is the floor: no grant lives longer by it")
  func reboot() throws {
    var rules = SessionRules.scripted(clocks, disk: disk)
    try rules.license(by: scripted)
    // 23 hours of sessions; the time is kept now and then.
    for hour in 1...23 {
      clocks.advance(.seconds(3600))
      _ = rules.tick()
      rules.closed(.lost("x"))
      _ = rules.begin()
      _ = rules.receive(scripted.welcome(at: Int64(hour) * 3600))
    }
    clocks.reboot()
    clocks.jumpWall(.seconds(-86_400 * 365))
    let kept = try #require(disk.states.last)
    var next = SessionRules.scripted(clocks, disk: disk, state: kept, bootID: "boot-2")
    #expect(next.standing == .awaitingLease)
    clocks.advance(.seconds(3600))
    _ = next.tick()
    #expect(next.standing == .expired)
    #expect(next.begin().hello?.epoch == 1, "the epoch outlives the grant")
  }

  @Test(
    "a reboot in grace: the seat is kept, the grace's end is still told, and neither lasts longer, whatever the wall clock says",
    arguments: [Duration.seconds(-86_400 * 365), .zero, .seconds(86_400 * 365)])
  func rebootInGrace(jump: Duration) throws {
    var rules = SessionRules.scripted(clocks, disk: disk)
    _ = rules.begin()
    _ = rules.receive(scripted.welcome())
    _ = rules.receive(try scripted.grant(hours: 6, graceHours: 6))
    _ = rules.receive(scripted.acknowledge(2))
    #expect(rules.license.status(at: rules.now).graceRemaining == .seconds(6 * 3600))

    clocks.reboot()
    clocks.jumpWall(jump)
    var next = SessionRules.scripted(
      clocks, disk: disk, state: try #require(disk.states.last), bootID: "boot-2")
    #expect(next.standing == .awaitingLease, "a grant without a lease licenses nobody")
    #expect(next.begin().hello?.grantDigest == Data(rules.license.grantDigest))
    // The operator is still without its key server; an hour has passed for it.
    _ = next.receive(scripted.welcome(ratchet: 2, at: 3600))
    _ = next.receive(scripted.acknowledge(1, at: 3600))
    #expect(next.standing == .licensed)
    let status = next.license.status(at: next.now)
    #expect(status.graceRemaining == .seconds(5 * 3600))
    #expect(status.grantRemaining == .seconds(5 * 3600))
    #expect(status.sentence.contains("The operator cannot reach its key server and goes on granting for 5 hours"))

    // And an operator that is gone too: the grace ends by the boot's own clock.
    next.closed(.lost("x"))
    clocks.advance(.seconds(5 * 3600 - 1))
    _ = next.tick()
    #expect(next.standing == .leaseLost)
    clocks.advance(.seconds(1))
    _ = next.tick()
    #expect(next.standing == .expired)
    #expect(next.license.status(at: next.now).graceRemaining.map { $0 <= .zero } ?? true)
  }

  @Test("an agent that was killed and started again goes on with its ratchet value and grant")
  func restart() throws {
    var rules = SessionRules.scripted(clocks, disk: disk)
    try rules.license(by: scripted)
    var next = SessionRules.scripted(clocks, disk: disk, state: try #require(disk.states.last))
    let hello = try #require(next.begin().hello)
    #expect(hello.ratchet == Data(repeating: 1, count: 32))
    #expect(hello.epoch == 1)
    #expect(hello.grantDigest == Data(rules.license.grantDigest))
  }

  @Test("an unknown message is ignored, and an unknown required feature ends the session in words")
  func evolution() {
    var rules = SessionRules.scripted(clocks, disk: disk)
    _ = rules.begin()
    #expect(rules.receive(OperatorMessage()).isEmpty)
    var welcome = scripted.welcome()
    welcome.welcome.requiredFeatures = ["quantum-lease"]
    #expect(rules.receive(welcome).end?.description.contains("requires quantum-lease") == true)
    #expect(disk.states.isEmpty)
  }

  @Test(
    "what speaks against the protocol ends the session",
    arguments: ["a version beyond ours", "a second Welcome", "a short ratchet value", "a grant before the Welcome"])
  func nonsense(what: String) throws {
    var rules = SessionRules.scripted(clocks, disk: disk)
    _ = rules.begin()
    var message = scripted.welcome()
    switch what {
    case "a version beyond ours": message.welcome.protocol = 2
    case "a second Welcome": _ = rules.receive(message)
    case "a short ratchet value": message.welcome.ratchet = Data([1])
    default: message = try scripted.grant()
    }
    guard case .incompatible = rules.receive(message).end else {
      Issue.record("the session goes on")
      return
    }
    #expect(rules.receive(scripted.acknowledge(1)).isEmpty, "nothing follows the end")
  }

  @Test("a drain ends the session in order and names the window")
  func drain() throws {
    var rules = SessionRules.scripted(clocks, disk: disk)
    try rules.license(by: scripted)
    let end = rules.receive(.with { $0.drain.reconnectWindowMs = 300_000 }).end
    #expect(end == .left(Reconnection(.drain, window: .seconds(300))))
    #expect(end?.isOrderly == true)
    #expect(rules.standing == .licensed)
  }

  @Test("a refusal without a time leaves the session open, one with a time ends it")
  func refusal() {
    var rules = SessionRules.scripted(clocks, disk: disk)
    _ = rules.begin()
    _ = rules.receive(scripted.welcome())
    #expect(rules.receive(.with { $0.refusal.reason = .noSeat }).end == nil)
    #expect(rules.standing == .refused)
    let end = rules.receive(
      .with {
        $0.refusal = .with {
          $0.reason = .noSeat; $0.retryAfterMs = 60_000
        }
      }
    ).end
    guard case .left(let reconnection) = end else {
      Issue.record("the session goes on")
      return
    }
    #expect(reconnection.delay == .seconds(60))
  }

  @Test("one report is in flight, and the newest of those that wait follows it")
  func reports() {
    var rules = SessionRules.scripted(clocks, disk: disk)
    #expect(rules.report([1], conditions: []).isEmpty)
    _ = rules.begin()
    #expect(rules.report([2], conditions: []).isEmpty)
    func sent(_ steps: [SessionStep]) -> [(UInt64, [UInt8])] {
      steps.compactMap {
        if case .send(.metricsReport(let report)) = $0 { (report.sequence, Array(report.snapshotJson)) } else { nil }
      }
    }
    #expect(sent(rules.receive(scripted.welcome())).map(\.1) == [[2]])
    #expect(rules.report([3], conditions: []).isEmpty)
    #expect(rules.report([4], conditions: []).isEmpty)
    #expect(rules.receive(.with { $0.metricsAck.sequence = 9 }).isEmpty)
    let next = sent(rules.receive(.with { $0.metricsAck.sequence = 1 }))
    #expect(next.map(\.0) == [2] && next.map(\.1) == [[4]])
    #expect(sent(rules.receive(.with { $0.metricsAck.sequence = 2 })).isEmpty)
  }

  @Test("what a session was given that was refused before its keys counted is not shown again: nobody recorded it")
  func refusedRatchet() throws {
    func hello(_ rules: inout SessionRules) throws -> [UInt8] {
      for case .send(.hello(let hello)) in rules.begin() { return Array(hello.ratchet) }
      throw CocoaError(.featureUnsupported)
    }
    var asking = scripted.welcome()
    asking.welcome.attestationRequired = true
    asking.welcome.ratchet = Data(repeating: 9, count: 32)
    let refusal = OperatorMessage.with {
      $0.refusal.reason = .attestation
      $0.refusal.retryAfterMs = 60_000
    }
    let lease = OperatorMessage.with {
      $0.leaseAck.sequence = 1
      $0.leaseAck.leaseRemainingMs = 40_000
    }
    var rules = SessionRules.scripted(clocks, disk: disk)
    _ = rules.begin()
    _ = rules.receive(scripted.welcome())
    let known = rules.state.ratchet
    rules.closed(.lost("x"))
    // Refused: durably the one before.
    #expect(try hello(&rules) == known)
    _ = rules.receive(asking)
    #expect(rules.state.ratchet == Array(asking.welcome.ratchet))
    _ = rules.receive(refusal)
    rules.closed(.lost("x"))
    #expect(disk.states.last?.ratchet == known)
    #expect(try hello(&rules) == known)
    // Lost, nobody knows when: the newest, as after a crash.
    _ = rules.receive(asking)
    rules.closed(.lost("x"))
    #expect(try hello(&rules) == Array(asking.welcome.ratchet))
    // Nor does a refusal tell that comes to the next Hello, before a Welcome.
    _ = rules.receive(refusal)
    rules.closed(.lost("x"))
    #expect(try hello(&rules) == Array(asking.welcome.ratchet))
    rules.closed(.lost("x"))
    // With a lease it is the seat's, whatever is said then.
    asking.welcome.ratchet = Data(repeating: 8, count: 32)
    _ = rules.begin()
    _ = rules.receive(asking)
    _ = rules.receive(lease)
    _ = rules.receive(refusal)
    rules.closed(.lost("x"))
    #expect(try hello(&rules) == Array(asking.welcome.ratchet))
  }

  @Test("a reading that comes between two sessions is the first report of the next")
  func reportBetween() {
    var rules = SessionRules.scripted(clocks, disk: disk)
    _ = rules.begin()
    _ = rules.receive(scripted.welcome())
    rules.closed(.stopped)
    #expect(rules.report([7], conditions: []).isEmpty)
    _ = rules.begin()
    let sent = rules.receive(scripted.welcome()).compactMap { step -> [UInt8]? in
      if case .send(.metricsReport(let report)) = step { Array(report.snapshotJson) } else { nil }
    }
    #expect(sent == [[7]])
  }

  @Test("readings that are longer than a message may be are not sent, which is said once, and the session goes on")
  func longReport() {
    var rules = SessionRules.scripted(clocks, disk: disk)
    _ = rules.begin()
    _ = rules.receive(scripted.welcome())
    let tooLong = [UInt8](repeating: 0x20, count: ReportQueue.longestSnapshot + 1)
    let said = rules.report(tooLong, conditions: [])
    guard case .note(let words) = said.first, said.count == 1 else {
      Issue.record("\(said.count) steps")
      return
    }
    #expect(words.contains("they are not reported"))
    #expect(rules.report(tooLong, conditions: []).isEmpty)
    let longest = rules.report(Array(tooLong.dropLast()), conditions: [])
    guard case .send(.metricsReport(let report)) = longest.first else {
      Issue.record("\(longest.count) steps")
      return
    }
    var message = NodeMessage()
    message.metricsReport = report
    #expect((try? message.serializedBytes() as [UInt8])?.count ?? .max <= 1 << 20)
  }

  @Test("ten thousand heartbeats leave nothing behind")
  func longSession() throws {
    var rules = SessionRules.scripted(clocks, disk: disk)
    try rules.license(by: scripted)
    var before = 0
    for sequence in UInt64(3)...10_002 {
      clocks.advance(.seconds(10))
      #expect(rules.tick().heartbeats.map(\.sequence) == [sequence])
      _ = rules.receive(scripted.acknowledge(sequence, at: Int64(sequence) * 10))
      // By then every number has come to be there.
      if sequence == 1000 { before = "\(rules)".count }
    }
    // The description shows every member, arrays with all elements: digits may have come, elements not.
    #expect("\(rules)".count < before + 50)
    #expect(disk.states.count < 200, "the time is kept every ten minutes and not with each heartbeat")
  }
}
