import Crypto
import Foundation
import LicenseProtocol
import SwiftProtobuf
import Testing

@Suite("The agent's license state")
struct LicenseStateTests {
  @Test("a disconnection ends nothing; the lease's end does, at its very nanosecond, and a reconnection brings it back")
  func leaseOutlivesSession() throws {
    var scene = try Scene.licensed()
    #expect(scene.kind == .licensed)
    scene.handle(.disconnected("connection reset"))
    scene.pass(.seconds(40) - .nanoseconds(1))
    #expect(scene.kind == .licensed)
    scene.pass(.nanoseconds(1))
    #expect(scene.kind == .leaseLost)
    scene.welcome()
    #expect(scene.kind == .leaseLost)
    scene.beat(1)
    #expect(scene.kind == .licensed)
  }

  @Test("an operator that is out of reach is so since it went, however often it is dialled")
  func oneAbsence() throws {
    var fresh = Scene()
    var licensed = try Scene.licensed()
    licensed.handle(.disconnected("connection reset"))
    for _ in 1...5 {
      for event in [LicenseEvent.dialing, .disconnected("refused")] {
        fresh.pass(.seconds(10))
        fresh.handle(event)
        licensed.pass(.seconds(10))
        licensed.handle(event)
      }
    }
    #expect(fresh.state.status(at: fresh.now).age == .seconds(100))
    #expect(licensed.state.status(at: licensed.now).connectionAge == .seconds(100))
    licensed.welcome()
    #expect(licensed.state.status(at: licensed.now).connectionAge == .zero)
  }

  @Test("the lease counts from when the Heartbeat was sent, is never longer than announced, and never made shorter")
  func leaseArithmetic() throws {
    var scene = try Scene.licensed()
    scene.pass(.seconds(10))
    scene.handle(.heartbeatSent(2))
    scene.pass(.seconds(5))
    scene.acknowledge(2, remaining: 4_000_000_000)
    #expect(scene.state.status(at: scene.now).leaseRemaining == .seconds(35))
    scene.beat(3, remaining: 1_000)
    #expect(scene.state.status(at: scene.now).leaseRemaining == .seconds(35))
    scene.acknowledge(9, remaining: 40_000)
    #expect(scene.state.status(at: scene.now).leaseRemaining == .seconds(35), "an answer to what was never sent")
    scene.handle(.refused(.with { $0.reason = .noEntitlement }))
    #expect(scene.kind == .licensed, "a refusal lets the lease run out")
    scene.pass(.seconds(35))
    #expect(scene.kind == .refused)
  }

  @Test("two missing LeaseAcks, 20 s after the first that is not answered, make the agent reconnect, once")
  func missedAcknowledgements() throws {
    var scene = try Scene.licensed()
    scene.pass(.seconds(10))
    scene.handle(.heartbeatSent(2))
    scene.pass(.seconds(10))
    scene.handle(.heartbeatSent(3))
    scene.pass(.seconds(10) - .nanoseconds(1))
    #expect(scene.handle(.tick) == [])
    scene.pass(.nanoseconds(1))
    #expect(scene.handle(.tick) == [.reconnect(Reconnection(.missedLeaseAcks))])
    #expect(scene.handle(.tick) == [])
    #expect(scene.kind == .licensed)
  }

  @Test("a Hello that is not answered for 20 s makes the agent reconnect")
  func noWelcome() {
    var scene = Scene()
    scene.handle(.dialing)
    scene.handle(.opened)
    scene.pass(.seconds(20))
    #expect(scene.handle(.tick) == [.reconnect(Reconnection(.noWelcome))])
  }

  @Test("a grant ends at its not-after by the operator's time, whatever the wall clock says")
  func wallClock() throws {
    for jump in [-7200, 0, 7200, 315_360_000] as [Int64] {
      var scene = try Scene.licensed(length: .seconds(100))
      scene.handle(.wallClock(scene.server + .seconds(jump)))
      #expect(scene.state.status(at: scene.now).clockSkew == .seconds(jump))
      for sequence in 2...9 {
        scene.pass(.seconds(10))
        scene.beat(UInt64(sequence))
        #expect(scene.kind == .licensed, "\(jump) s, heartbeat \(sequence)")
      }
      scene.pass(.seconds(20) - .nanoseconds(1))
      #expect(scene.kind == .licensed)
      scene.pass(.nanoseconds(1))
      #expect(scene.kind == .expired)
    }
  }

  @Test("across a reboot the last time heard is the floor, and the new boot's clock counts from there")
  func reboot() throws {
    var scene = try Scene.licensed(length: .seconds(1000))
    scene.pass(.seconds(30))
    scene.restart(bootID: "boot-2", at: BootTime(sinceBoot: .seconds(999)))
    #expect(scene.kind == .awaitingLease)
    scene.now = BootTime(sinceBoot: .seconds(1000))
    #expect(scene.kind == .expired)

    var same = try Scene.licensed(length: .seconds(1000))
    same.restart(bootID: "boot-1", at: Scene.start + .seconds(999))
    #expect(same.kind == .awaitingLease, "the same boot's clock went on")
    same.now = Scene.start + .seconds(1000)
    #expect(same.kind == .expired)
  }

  @Test("a time from the operator that is ten minutes ahead of what was saved is saved, and not each LeaseAck's")
  func savedFloor() throws {
    var scene = try Scene.licensed()
    var saves = 0
    for sequence in 2...361 {
      scene.pass(.seconds(10))
      scene.handle(.heartbeatSent(UInt64(sequence)))
      scene.acknowledge(UInt64(sequence))
      #expect(scene.kind == .licensed)
      if state(of: scene, saved: &saves) { continue }
    }
    #expect(saves == 6)
  }

  private func state(of scene: Scene, saved: inout Int) -> Bool {
    guard scene.actions.contains(.save) else { return false }
    saved += 1
    return true
  }

  @Test("an operator whose clock had been a day ahead grants anew, and the grant lasts as long as it says")
  func correctedOperatorClock() throws {
    var scene = Scene()
    scene.server = scene.server + .seconds(86_400)
    scene.welcome()
    scene.handle(.granted(try scene.grant(epoch: 1, length: .seconds(3600))))
    scene.server = scene.server + .seconds(-86_400)
    scene.welcome()
    scene.handle(.granted(try scene.grant(epoch: 2, length: .seconds(3600))))
    scene.beat(1)
    #expect(scene.kind == .licensed)
    #expect(scene.state.status(at: scene.now).grantRemaining == .seconds(3600))
  }

  @Test("an operator whose clock was hours ahead: its next grant is shorter by them in the session of then alone")
  func correctedInSession() throws {
    let (lead, day) = (Duration.seconds(20 * 3600), Duration.seconds(86_400))
    var scene = Scene()
    scene.server = scene.server + lead
    scene.welcome()
    scene.handle(.granted(try scene.grant(epoch: 1, length: day)))
    scene.beat(1)
    scene.server = scene.server + (.zero - lead)
    var staying = scene
    staying.handle(.granted(try staying.grant(epoch: 2, length: day)))
    #expect(staying.kind == .licensed)
    #expect(staying.state.status(at: staying.now).grantRemaining == day - lead)
    scene.welcome()
    scene.handle(.granted(try scene.grant(epoch: 2, length: day)))
    #expect(scene.kind == .licensed)
    #expect(scene.state.status(at: scene.now).grantRemaining == day)
  }

  @Test(
    "an operator whose clock goes back in the middle of a session makes no grant longer; one that goes ahead counts")
  func operatorClockJumps() throws {
    for (jump, left) in [(-50, 40), (0, 40), (30, 10)] as [(Int64, Int64)] {
      var scene = try Scene.licensed(length: .seconds(100))
      scene.pass(.seconds(60))
      scene.server = scene.server + .seconds(jump)
      scene.beat(2)
      #expect(scene.state.status(at: scene.now).grantRemaining == .seconds(left), "\(jump) s")
    }
  }

  typealias Change = @Sendable (inout Lowlayer_Agent_V1_Grant) -> Void

  static let badGrants: [(fault: GrantFault, change: Change)] = [
    (.otherNode("worker-8"), { $0.nodeName = "worker-8" }),
    (.otherNodeUID("uid-8"), { $0.nodeUid = "uid-8" }),
    (.otherKey, { $0.keyDigest = Data(repeating: 8, count: 32) }),
    (.otherKey, { $0.keyDigest = Data() }),
    (.malformed, { $0.epoch = 0 }),
    (.malformed, { $0.epoch = .max }),
    (.malformed, { $0.notAfterNs = $0.issuedAtNs }),
    (.malformed, { $0.issuedAtNs = .min }),
    (.staleEpoch(4, believed: 5), { $0.epoch = 4 }),
    (.repeatedEpoch(5), { $0.organisation = "other" }),
    (
      .runOut,
      {
        $0.epoch = 6
        $0.issuedAtNs -= 2_000_000_000_000
        $0.notAfterNs = $0.issuedAtNs + 1_000_000_000_000
      }
    ),
  ]

  @Test("a grant that is not this node's, not new or not signed is not believed, and the one that is held stays")
  func refusedGrants() throws {
    var scene = Scene()
    scene.welcome()
    scene.handle(.challenged(.with { $0.nodeUid = "uid-7" }))
    scene.handle(.granted(try scene.grant(epoch: 5)))
    scene.beat(1)
    let memory = scene.state.memory
    for (fault, change) in LicenseStateTests.badGrants {
      var copy = scene
      #expect(copy.handle(.granted(try scene.grant(epoch: 5, change))) == [], "\(fault)")
      #expect(copy.state.status(at: copy.now).grantFault == fault)
      #expect(copy.state.memory == memory, "\(fault)")
      #expect(copy.kind == .licensed, "\(fault)")
      #expect(copy.state.status(at: copy.now).sentence.contains(fault.words))
    }
    var forged = scene
    #expect(forged.handle(.granted(try scene.grant(epoch: 6, by: P256.Signing.PrivateKey()))) == [])
    #expect(forged.state.status(at: forged.now).grantFault == .signature(.mismatch))
    #expect(forged.kind == .licensed)
  }

  @Test("with no grant before it, one that is not believed is the standing")
  func grantRefused() throws {
    var scene = Scene()
    scene.welcome()
    scene.handle(.granted(try scene.grant(epoch: 1) { $0.nodeName = "worker-8" }))
    #expect(scene.kind == .grantRefused)
    #expect(scene.state.status(at: scene.now).failedCheck == .grant)
  }

  @Test("a grant that is not believed is said of while its session lasts: the next operator may be another one")
  func grantFaultOfSession() throws {
    var scene = try Scene.licensed()
    scene.handle(.granted(try scene.grant(epoch: 2, by: P256.Signing.PrivateKey())))
    scene.handle(.disconnected("Connection reset by peer"))
    #expect(scene.state.status(at: scene.now).grantFault == .signature(.mismatch))
    scene.welcome()
    #expect(scene.state.status(at: scene.now).grantFault == nil)
    #expect(scene.kind == .licensed)
    var new = Scene()
    new.welcome()
    new.handle(.granted(try new.grant(epoch: 1, by: P256.Signing.PrivateKey())))
    #expect(new.kind == .grantRefused)
    new.welcome()
    #expect(new.kind == .awaitingGrant)
  }

  @Test("a grant before any Welcome is not believed")
  func earlyGrant() throws {
    var scene = Scene()
    scene.handle(.granted(try scene.grant(epoch: 1)))
    #expect(scene.state.status(at: scene.now).grantFault == .noGrantKey)
  }

  @Test("fenced: grant and lease are gone, the epoch stays, and only a higher one licenses again")
  func fenced() throws {
    var scene = try Scene.licensed()
    let old = try scene.grant(epoch: 1)
    let actions = scene.handle(
      .fenced(
        .with {
          $0.reason = .clone
          $0.retryAfterMs = 600_000
        }))
    #expect(actions == [.save, .reconnect(Reconnection(.fenced, delay: .seconds(600), window: .seconds(300)))])
    #expect(scene.kind == .fenced)
    #expect(scene.state.memory.grant == nil)
    #expect(scene.state.epoch == 1)
    scene.handle(.disconnected("fenced"))
    scene.welcome()
    #expect(scene.kind == .fenced)
    scene.handle(.granted(old))
    #expect(scene.kind == .fenced)
    scene.handle(.granted(try scene.grant(epoch: 2)))
    scene.beat(1)
    #expect(scene.kind == .licensed)
  }

  @Test("a remembered grant that was tampered with, or is not the last one believed, is not held after a restart")
  func tamperedMemory() throws {
    let scene = try Scene.licensed()
    var memory = scene.state.memory
    memory.grant?.signed.append(0)
    let state = LicenseState(
      memory: memory, nodeName: "worker-7", keys: [scene.keyDigest], bootID: "boot-1", at: scene.now)
    #expect(state.standing(at: scene.now) == .grantRefused(.signature(.mismatch)))
    memory = scene.state.memory
    memory.highestEpoch = 2
    let older = LicenseState(
      memory: memory, nodeName: "worker-7", keys: [scene.keyDigest], bootID: "boot-1", at: scene.now)
    #expect(older.standing(at: scene.now) == .grantRefused(.staleEpoch(1, believed: 2)))
    #expect(older.epoch == 2)
  }

  @Test("an operator that cannot judge just now takes no license away and gives none")
  func unavailable() throws {
    var scene = try Scene.licensed()
    scene.handle(.refused(.with { $0.reason = .unavailable }))
    #expect(scene.kind == .licensed)
    scene.pass(.seconds(40))
    #expect(scene.kind == .leaseLost)
    var new = Scene()
    new.welcome()
    new.handle(.refused(.with { $0.reason = .unavailable }))
    #expect(new.kind == .refused)
  }

  @Test("a Welcome's times are taken within bounds")
  func timing() {
    for (interval, lease, expected) in [
      (0, 0, SessionTiming.standard),
      (1000, 4000, SessionTiming(heartbeatInterval: .seconds(1), leaseDuration: .seconds(4))),
      (1, 1, SessionTiming(heartbeatInterval: .milliseconds(100), leaseDuration: .milliseconds(200))),
      (.max, .max, SessionTiming(heartbeatInterval: .seconds(300), leaseDuration: .milliseconds(4_294_967_295))),
    ] as [(UInt32, UInt32, SessionTiming)] {
      let timing = SessionTiming(
        .with {
          $0.heartbeatIntervalMs = interval
          $0.leaseDurationMs = lease
        })
      #expect(timing == expected)
    }
  }
}
