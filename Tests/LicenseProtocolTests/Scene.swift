import Crypto
import Foundation
import LicenseProtocol
import SwiftProtobuf

/// One node and its operator's key, and what the operator would send.
struct Scene {
  let operatorKey = P256.Signing.PrivateKey()
  let keyDigest = [UInt8](repeating: 7, count: 32)
  var state: LicenseState
  var now: BootTime
  var server: ServerTime
  private(set) var actions: [LicenseAction] = []

  static let start = BootTime(sinceBoot: .seconds(1000))
  static let serverStart = ServerTime(nanoseconds: 1_795_300_000_000_000_000)

  init(memory: LicenseMemory = .none, bootID: String = "boot-1", at now: BootTime = Scene.start) {
    state = LicenseState(memory: memory, nodeName: "worker-7", keys: [keyDigest], bootID: bootID, at: now)
    self.now = now
    server = Scene.serverStart
  }

  /// Another start of the agent of the same node, with what it saved.
  mutating func restart(bootID: String, at now: BootTime) {
    state = LicenseState(memory: state.memory, nodeName: "worker-7", keys: [keyDigest], bootID: bootID, at: now)
    self.now = now
  }

  var kind: LicenseStanding.Kind { state.standing(at: now).kind }

  mutating func pass(_ length: Duration) {
    now = now + length
    server = server + length
  }

  @discardableResult
  mutating func handle(_ event: LicenseEvent) -> [LicenseAction] {
    actions = state.handle(event, at: now)
    return actions
  }

  mutating func welcome(attesting: Bool = false) {
    handle(.dialing)
    handle(.opened)
    handle(
      .welcomed(
        .with {
          $0.protocol = 1
          $0.attestationRequired = attesting
          $0.heartbeatIntervalMs = 10_000
          $0.leaseDurationMs = 40_000
          $0.serverTimeNs = server.nanoseconds
          $0.grantKey = operatorKey.publicKey.derRepresentation
        }))
  }

  func grant(
    epoch: UInt64, length: Duration = .seconds(604_800), by key: P256.Signing.PrivateKey? = nil,
    _ change: (inout Lowlayer_Agent_V1_Grant) -> Void = { _ in }
  ) throws -> Lowlayer_Agent_V1_LicenseGrant {
    var grant = Lowlayer_Agent_V1_Grant()
    grant.organisation = "acme"
    grant.nodeName = "worker-7"
    grant.nodeUid = "uid-7"
    grant.keyDigest = Data(keyDigest)
    grant.epoch = epoch
    grant.issuedAtNs = server.nanoseconds
    grant.notAfterNs = (server + length).nanoseconds
    grant.assurance = .hardwareTpm
    grant.mode = .enterprise
    grant.entitlement = .current
    change(&grant)
    return try GrantSignature.sign(grant, with: key ?? operatorKey)
  }

  mutating func beat(_ sequence: UInt64, remaining: UInt32 = 40_000) {
    handle(.heartbeatSent(sequence))
    acknowledge(sequence, remaining: remaining)
  }

  mutating func acknowledge(_ sequence: UInt64, remaining: UInt32 = 40_000) {
    handle(
      .leaseAcknowledged(
        .with {
          $0.sequence = sequence
          $0.leaseRemainingMs = remaining
          $0.serverTimeNs = server.nanoseconds
        }))
  }

  /// Welcomed, granted and with a lease.
  static func licensed(length: Duration = .seconds(604_800)) throws -> Scene {
    var scene = Scene()
    scene.welcome()
    scene.handle(.granted(try scene.grant(epoch: 1, length: length)))
    scene.beat(1)
    return scene
  }
}

/// The generator of Steele, Lea and Flood (SplitMix64): the same sequence for a seed on any machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
