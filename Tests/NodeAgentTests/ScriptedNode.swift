import Crypto
import Foundation
import LicenseProtocol
import SwiftProtobuf
import Synchronization

@testable import NodeAgent

/// Clocks that only move when they are told to.
final class ScriptedClocks: Sendable {
  private let times = Mutex((boot: Duration.seconds(1000), wall: Duration.seconds(1_800_000_000)))

  func advance(_ duration: Duration) {
    times.withLock {
      $0.boot += duration
      $0.wall += duration
    }
  }

  /// Somebody sets the wall clock.
  func jumpWall(_ duration: Duration) { times.withLock { $0.wall += duration } }

  /// The machine starts again: its boot clock begins at `boot`.
  func reboot(at boot: Duration = .seconds(20)) { times.withLock { $0.boot = boot } }

  func clock(bootID: String = "boot-1") -> AgentClock {
    AgentClock(
      bootID: bootID, now: { BootTime(sinceBoot: self.times.withLock { $0.boot }) },
      wall: { ServerTime(since1970: self.times.withLock { $0.wall }) })
  }
}

/// The operator's words, and its grant key.
struct ScriptedOperator {
  /// The operator's clock, seconds since 1970. It is not the node's.
  static let time: Int64 = 1_790_000_000

  let key = P256.Signing.PrivateKey()
  var nodeKeyDigest = [UInt8](repeating: 7, count: 32)

  func welcome(
    ratchet: UInt8 = 1, attests: Bool = false, interval: UInt32 = 10_000, lease: UInt32 = 40_000, at seconds: Int64 = 0
  ) -> OperatorMessage {
    .with {
      $0.welcome = .with {
        $0.protocol = 1
        $0.sessionID = Data(repeating: 9, count: 32)
        $0.ratchet = Data(repeating: ratchet, count: 32)
        $0.attestationRequired = attests
        $0.heartbeatIntervalMs = interval
        $0.leaseDurationMs = lease
        $0.serverTimeNs = (Self.time + seconds) * 1_000_000_000
        $0.grantKey = key.publicKey.derRepresentation
      }
    }
  }

  func grant(
    epoch: UInt64 = 1, node: String = "worker-1", hours: Int64 = 24, graceHours: Int64? = nil,
    signedBy other: P256.Signing.PrivateKey? = nil
  ) throws -> OperatorMessage {
    let grant = Lowlayer_Agent_V1_Grant.with {
      $0.organisation = "acme"
      $0.nodeName = node
      $0.keyDigest = Data(nodeKeyDigest)
      $0.epoch = epoch
      $0.issuedAtNs = Self.time * 1_000_000_000
      $0.notAfterNs = (Self.time + hours * 3600) * 1_000_000_000
      $0.assurance = .fileKey
      $0.mode = .enterprise
      $0.entitlement = graceHours == nil ? .current : .grace
      $0.graceUntilNs = graceHours.map { (Self.time + $0 * 3600) * 1_000_000_000 } ?? 0
    }
    let signed = try GrantSignature.sign(grant, with: other ?? key)
    return .with { $0.licenseGrant = signed }
  }

  func acknowledge(_ sequence: UInt64, remaining: UInt32 = 40_000, at seconds: Int64 = 0) -> OperatorMessage {
    .with {
      $0.leaseAck = .with {
        $0.sequence = sequence
        $0.leaseRemainingMs = remaining
        $0.serverTimeNs = (Self.time + seconds) * 1_000_000_000
      }
    }
  }

  func delta(
    _ nonce: UInt8 = 1, from: [String: UInt64] = [:], set: [(String, UInt64, String)] = [], removed: [String] = []
  ) -> OperatorMessage {
    .with {
      $0.configDelta = .with {
        $0.nonce = Data([nonce])
        $0.from = from
        $0.set = set.map { name, version, body in
          .with {
            $0.name = name
            $0.version = version
            $0.body = Data(body.utf8)
          }
        }
        $0.removed = removed
      }
    }
  }
}

/// What a session's rules keep, instead of a disk: it can be full.
final class ScriptedDisk: Sendable {
  private let content = Mutex((states: [AgentState](), isFull: false))

  var states: [AgentState] { content.withLock { $0.states } }
  func fill(_ isFull: Bool) { content.withLock { $0.isFull = isFull } }

  func keep(_ state: AgentState) throws(StateError) {
    let isFull = content.withLock { content in
      if !content.isFull { content.states.append(state) }
      return content.isFull
    }
    if isFull { throw .system(action: "write", path: "/state.new", code: 28) }
  }
}

extension SessionRules {
  /// The rules of `worker-1`, whose key has the digest that ``ScriptedOperator`` grants to.
  static func scripted(
    _ clocks: ScriptedClocks, disk: ScriptedDisk = ScriptedDisk(), state: AgentState = AgentState(),
    bootID: String = "boot-1"
  ) -> SessionRules {
    SessionRules(
      nodeName: "worker-1", keys: [[UInt8](repeating: 7, count: 32)], state: state,
      settings: OperatedSettings(interval: .seconds(15), units: []), clock: clocks.clock(bootID: bootID),
      keeping: { (state) throws(StateError) in try disk.keep(state) })
  }

  /// Dials and says Hello.
  mutating func begin() -> [SessionStep] {
    dialing()
    return opened(
      as: SessionIdentity(
        instance: [UInt8](repeating: 3, count: 16), agentVersion: "1", assurance: .fileKey, hardware: .init()))
  }

  /// A session that is licensed.
  mutating func license(by scripted: ScriptedOperator) throws {
    _ = begin()
    _ = receive(scripted.welcome())
    _ = receive(try scripted.grant())
    // The grant is answered with another heartbeat, so that the lease begins at once.
    _ = receive(scripted.acknowledge(2))
  }

  var standing: LicenseStanding.Kind { license.standing(at: now).kind }
}

extension [SessionStep] {
  /// The heartbeats among them.
  var heartbeats: [Lowlayer_Agent_V1_Heartbeat] {
    compactMap { if case .send(.heartbeat(let heartbeat)) = $0 { heartbeat } else { nil } }
  }

  /// How the session ends by them.
  var end: SessionEnd? { compactMap { if case .end(let end) = $0 { end } else { nil } }.first }

  /// What is acknowledged of a configuration.
  var acknowledgement: Lowlayer_Agent_V1_ConfigAck? {
    compactMap { if case .send(.configAck(let ack)) = $0 { ack } else { nil } }.first
  }

  var hello: Lowlayer_Agent_V1_Hello? {
    compactMap { if case .send(.hello(let hello)) = $0 { hello } else { nil } }.first
  }
}
