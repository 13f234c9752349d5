import Crypto
import Foundation
import LicenseProtocol
import PKI
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import NodeAgent

@Suite("What the agent says, against recorded sessions")
struct TraceReplayTests {
  @Test(
    "every message but offers and answers is said where it is recorded, to the field, and none besides",
    arguments: ["configuration", "metrics", "reboot"])
  func replay(name: String) throws {
    let trace = try RecordedTrace(name)
    var node = try ReplayedNode(trace)
    for index in trace.steps.indices { try node.take(index) }
    node.expectNothingUnsent("the end of \(name)")
  }
}

/// The clocks of a step.
private final class ReplayedClocks: Sendable {
  /// The boot clock, and the operator's when that was 0; in nanoseconds. The traces' wall clock is the operator's.
  private let times: Mutex<(boot: Int64, origin: Int64)>

  init(at milliseconds: UInt64, serverTime: Int64) {
    let boot = Int64(milliseconds) * 1_000_000
    times = Mutex((boot: boot, origin: serverTime - boot))
  }

  /// Stands at a step. A boot begins with the operator's clock.
  func stand(at milliseconds: UInt64, serverTime: Int64? = nil) {
    times.withLock {
      $0.boot = Int64(milliseconds) * 1_000_000
      if let serverTime { $0.origin = serverTime - $0.boot }
    }
  }

  func clock(bootID: String) -> AgentClock {
    AgentClock(
      bootID: bootID, now: { BootTime(nanoseconds: UInt64(self.times.withLock { $0.boot })) },
      wall: { ServerTime(nanoseconds: self.times.withLock { $0.boot + $0.origin }) })
  }
}

/// A node's rules that hear what a trace's operator says.
private struct ReplayedNode {
  /// The one thing of a snapshot that goes into heartbeats.
  private struct Snapshot: Decodable {
    struct Condition: Decodable { var type, status, reason, message: String }
    var conditions: [Condition]
  }

  private let trace: RecordedTrace
  private let keys: Set<[UInt8]>
  private let clocks: ReplayedClocks
  private let disk = ScriptedDisk()
  private let reports: [Lowlayer_Agent_V1_MetricsReport]
  private var rules: SessionRules
  /// The settings that the agent reads the node by.
  private var settings: OperatedSettings
  private var conditions: [Lowlayer_Agent_V1_Condition] = []
  // What the rules have asked for and the trace did not say yet.
  private var unsent: [NodeMessage.OneOf_Message] = []
  private var offers = 0
  private var nonces: [Data] = []

  init(_ trace: RecordedTrace) throws {
    self.trace = trace
    let certificate = try IssuedCertificate(der: RecordedTrace.bytes(trace.client_certificate))
    keys = [Array(SHA256.hash(data: certificate.publicKeyDER))]
    clocks = ReplayedClocks(at: trace.steps.first?.at_ms ?? 0, serverTime: trace.server_time_ns)
    reports = try trace.steps.filter { $0.from == "node" }.compactMap {
      guard case .metricsReport(let report)? = try NodeMessage(serializedBytes: RecordedTrace.bytes($0.wire)).message
      else { return nil }
      return report
    }
    let own = OperatedSettings(interval: .seconds(15), units: [])
    settings = own
    rules = Self.agent(trace, keys, own, clocks.clock(bootID: trace.boot_id), disk)
  }

  /// The agent as it starts: it knows what was kept.
  private static func agent(
    _ trace: RecordedTrace, _ keys: Set<[UInt8]>, _ settings: OperatedSettings, _ clock: AgentClock,
    _ disk: ScriptedDisk
  ) -> SessionRules {
    SessionRules(
      nodeName: trace.node_name, keys: keys, state: disk.states.last ?? AgentState(), settings: settings, clock: clock,
      keeping: { (state) throws(StateError) in try disk.keep(state) })
  }

  mutating func take(_ index: Int) throws {
    let step = trace.steps[index]
    let place = "step \(index), \(step.event ?? step.text ?? "")"
    clocks.stand(at: step.at_ms, serverTime: step.server_time_ns)
    switch step.from {
    case "event": try happened(step, before: index + 1, place)
    case "operator":
      guard step.lost != true else { return }
      note(rules.receive(try OperatorMessage(serializedBytes: RecordedTrace.bytes(step.wire))), place)
    default: try said(step, place)
    }
  }

  func expectNothingUnsent(_ place: String) {
    #expect(unsent.isEmpty, "\(place): \(unsent)")
    #expect(offers == 0, "\(place)")
    #expect(nonces.isEmpty, "\(place)")
  }

  private mutating func happened(_ step: RecordedTrace.Step, before next: Int, _ place: String) throws {
    switch step.event {
    case "dialing": rules.dialing()
    case "opened":
      // What the rules are told of themselves; everything else in Hello is theirs.
      let hello = try NodeMessage(serializedBytes: RecordedTrace.bytes(trace.steps[next].wire)).hello
      note(
        rules.opened(
          as: SessionIdentity(
            instance: Array(hello.instance), agentVersion: hello.agentVersion, assurance: hello.assurance,
            hardware: hello.hardware)), place)
    case "disconnected":
      expectNothingUnsent(place)
      rules.closed(.lost(step.why ?? ""))
    case "restarted", "rebooted":
      expectNothingUnsent(place)
      let own = OperatedSettings(interval: .seconds(15), units: [])
      rules = Self.agent(trace, keys, own, clocks.clock(bootID: step.boot_id ?? rules.license.bootID), disk)
      settings = rules.settings.value
    case "snapshot": try read(step, place)
    // The operator's business.
    case "configuration": break
    case let other: Issue.record("\(place): the event \(other ?? "without a name")")
    }
  }

  /// A snapshot is there. One that is in no report of the trace may be anything: a newer one takes its place.
  private mutating func read(_ step: RecordedTrace.Step, _ place: String) throws {
    let report = reports.first { $0.boottimeNs == step.at_ms * 1_000_000 }
    if let report {
      let snapshot = try JSONDecoder().decode(Snapshot.self, from: report.snapshotJson)
      conditions = snapshot.conditions.map { condition in
        .with {
          $0.type = condition.type
          $0.status = condition.status
          $0.reason = condition.reason
          $0.message = condition.message
        }
      }
    }
    note(rules.report(report.map { Array($0.snapshotJson) } ?? Array("{}".utf8), conditions: conditions), place)
  }

  private mutating func said(_ step: RecordedTrace.Step, _ place: String) throws {
    let message = try NodeMessage(serializedBytes: RecordedTrace.bytes(step.wire)).message
    switch message {
    case .attestationOffer:
      #expect(offers > 0, "\(place): nobody asked for it")
      offers -= 1
    case .challengeReply(let reply):
      #expect(nonces.contains(reply.nonce), "\(place): nobody asked for it")
      nonces.removeAll { $0 == reply.nonce }
    default:
      // Without a cause it is time that has passed.
      if unsent.isEmpty { note(rules.tick(), place) }
      if unsent.isEmpty {
        Issue.record("\(place): it is not said")
      } else {
        let made = unsent.removeFirst()
        #expect(made == message, "\(place)")
      }
    }
    guard let recorded = step.settings else { return }
    let expected = OperatedSettings(interval: .seconds(recorded.interval_s), units: recorded.units)
    #expect(settings == expected, "\(place)")
    #expect(rules.settings.value == expected, "\(place)")
  }

  private mutating func note(_ steps: [SessionStep], _ place: String) {
    for step in steps {
      switch step {
      case .send(let content): unsent.append(content)
      case .offer: offers += 1
      case .answer(let challenge, _): nonces.append(challenge.nonce)
      case .settings(let others): settings = others
      case .note: break
      case .end(let end): Issue.record("\(place): the session ends: \(end)")
      }
    }
  }
}
