import Foundation
import LicenseProtocol
import SwiftProtobuf
import TestSupport
import Testing

@Suite("A recorded restart and two reboots")
struct RebootVectorTests {
  /// A session, as both ends opened it.
  private struct Opening {
    var hello: Lowlayer_Agent_V1_Hello
    var welcome: Lowlayer_Agent_V1_Welcome
    var heartbeats: [Lowlayer_Agent_V1_Heartbeat] = []
  }

  private let openings: [Opening]
  private let grants: [Lowlayer_Agent_V1_LicenseGrant]

  init() throws {
    var (openings, grants) = ([Opening](), [Lowlayer_Agent_V1_LicenseGrant]())
    var hello = Lowlayer_Agent_V1_Hello()
    for step in try RecordedTrace("reboot").steps where step.wire != nil {
      let wire = try hex(step.wire)
      if step.from == "node" {
        switch try Lowlayer_Agent_V1_NodeMessage(serializedBytes: wire).message {
        case .hello(let said): hello = said
        case .heartbeat(let sent): openings[openings.count - 1].heartbeats.append(sent)
        default: break
        }
      } else {
        switch try Lowlayer_Agent_V1_OperatorMessage(serializedBytes: wire).message {
        case .welcome(let welcome): openings.append(Opening(hello: hello, welcome: welcome))
        case .licenseGrant(let grant): grants.append(grant)
        default: break
        }
      }
    }
    (self.openings, self.grants) = (openings, grants)
  }

  @Test("instance and boot id tell an agent's start and a boot; what the node remembers goes on through both")
  func hellos() throws {
    let hellos = openings.map(\.hello)
    try #require(hellos.count == 5)
    func same<Value: Equatable>(_ member: (Lowlayer_Agent_V1_Hello) -> Value) -> [Bool] {
      zip(hellos, hellos.dropFirst()).map { member($0) == member($1) }
    }
    // Started again, booted again, connected again, booted again.
    #expect(same(\.instance) == [false, false, true, false])
    #expect(same(\.bootID) == [true, false, true, false])
    #expect(hellos.map(\.epoch) == [0, 1, 1, 1, 1])
    let grant = try #require(grants.first)
    #expect(grants.count == 1)
    let digest = GrantSignature.digest(of: grant)
    #expect(hellos.map { Array($0.grantDigest) } == [[], digest, digest, digest, digest])
    #expect(openings.map(\.welcome.attestationRequired) == [true, false, false, false, false])
  }

  @Test("the operator's half: every ratchet value is accepted, the one before last where the Welcome was lost")
  func ratchet() throws {
    var ratchet = Ratchet()
    var verdicts: [Ratchet.Verdict] = []
    for opening in openings {
      let presented = Array(opening.hello.ratchet)
      verdicts.append(ratchet.judge(presented))
      ratchet.issue(Array(opening.welcome.ratchet), presented: presented)
      for heartbeat in opening.heartbeats {
        let isConfirmed = ratchet.confirm(Array(heartbeat.ratchet))
        #expect(isConfirmed)
      }
    }
    #expect(verdicts == [.first, .current, .current, .current, .previousOnce])
  }

  @Test("the boot clock begins anew, and the operator's goes on by what the machine was away")
  func clocks() throws {
    let trace = try RecordedTrace("reboot")
    var (boot, server) = (Int64(0), trace.server_time_ns)
    for (index, step) in trace.steps.enumerated() {
      let now = Int64(step.at_ms) * 1_000_000
      if step.event == "rebooted" {
        let time = try #require(step.server_time_ns)
        #expect(now < boot, "step \(index)")
        #expect(time - server > 40_000_000_000, "step \(index)")
        server = time
      } else if index > 0 {
        #expect(now >= boot, "step \(index)")
        server += now - boot
      }
      boot = now
      guard step.from == "operator", step.wire != nil else { continue }
      guard case .welcome(let welcome)? = try Lowlayer_Agent_V1_OperatorMessage(serializedBytes: hex(step.wire)).message
      else { continue }
      #expect(welcome.serverTimeNs == server, "step \(index)")
    }
  }
}
