import SwiftProtobuf

/// A node's license as a pure function of what happened and of its boot clock: no I/O, no clock of its own.
///
/// Licensed is who holds a grant before its not-after *and* a lease that lives. A lease is a promise: nothing but a Fenced
/// shortens it, neither a disconnection nor a refusal. The wall clock decides nothing.
public struct LicenseState: Sendable, Hashable {
  /// A grant that was verified.
  struct Held: Sendable, Hashable {
    var sent: Lowlayer_Agent_V1_LicenseGrant
    var key: [UInt8]
    var grant: Lowlayer_Agent_V1_Grant

    var notAfter: ServerTime { ServerTime(nanoseconds: grant.notAfterNs) }
  }

  /// Where the session stands.
  enum Phase: Sendable, Hashable {
    case disconnected
    case dialing
    case opened(at: BootTime)
    case welcomed
  }

  /// A Heartbeat that is not answered yet.
  struct Unanswered: Sendable, Hashable {
    var sequence: UInt64
    var sent: BootTime
  }

  /// What the wall clock said, and when.
  struct WallReading: Sendable, Hashable {
    var time: ServerTime
    var read: BootTime
  }

  /// The node's name, as its certificate has it.
  public let nodeName: String
  /// The boot's id.
  public let bootID: String

  var keys: Set<[UInt8]>
  var held: Held?
  var highestEpoch: UInt64
  var clock: ServerClock?
  var savedTime: ServerTime?

  var phase = Phase.disconnected
  var phaseSince: BootTime
  var isAttesting = false
  var isLeaving = false
  var timing = SessionTiming.standard
  var grantKey: [UInt8] = []
  var sessionClock: ServerClock?
  var nodeUID: String?
  var unanswered: [Unanswered] = []

  var leaseEnd: BootTime?
  var refusal: Lowlayer_Agent_V1_Refusal?
  var fence: Lowlayer_Agent_V1_Fenced?
  var grantFault: GrantFault?
  var disconnection: String?
  var wallClock: WallReading?

  private(set) var kind: LicenseStanding.Kind
  private(set) var since: BootTime

  /// The state of an agent that starts at `now`, with what was saved. A remembered grant is verified again; where it does
  /// not hold, the standing says so, and the epoch and the time stay remembered.
  ///
  /// - Parameter keys: SHA-256 of the SubjectPublicKeyInfo of each key that is this node's.
  public init(
    memory: LicenseMemory, nodeName: String, keys: Set<[UInt8]>, bootID: String, at now: BootTime
  ) {
    self.nodeName = nodeName
    self.bootID = bootID
    self.keys = keys
    highestEpoch = memory.highestEpoch
    clock = memory.clock(in: bootID)
    savedTime = memory.serverTime
    (phaseSince, since) = (now, now)
    kind = .disconnected
    grantKey = memory.grantKey
    if let grant = memory.grant {
      do throws(GrantFault) { held = try remembered(grant, key: memory.grantKey) } catch { grantFault = error }
    }
    kind = standing(at: now).kind
  }

  /// What has to be saved to continue after a restart or a reboot.
  public var memory: LicenseMemory {
    LicenseMemory(
      grant: held?.sent, grantKey: held?.key ?? [], highestEpoch: highestEpoch, serverTime: clock?.server,
      heard: clock?.heard ?? BootTime(sinceBoot: .zero), bootID: bootID)
  }

  /// `Hello.grant_digest`: SHA-256 of the held grant's signed bytes; empty when none is held.
  public var grantDigest: [UInt8] { held.map { GrantSignature.digest(of: $0.sent) } ?? [] }

  /// `Hello.epoch`: the highest epoch of any grant believed.
  public var epoch: UInt64 { highestEpoch }

  /// How often this session's Heartbeats are sent, and how long its lease is.
  public var sessionTiming: SessionTiming { timing }

  /// Where the license stands at `now`.
  public func standing(at now: BootTime) -> LicenseStanding {
    if let fence { return .fenced(fence) }
    let runs = held.map { isRunning($0, at: now) } ?? false
    if runs, let leaseEnd, now < leaseEnd { return .licensed }
    if let refusal, refusal.reason != .unavailable || held == nil { return .refused(refusal) }
    if held != nil {
      guard runs else { return .expired }
      return leaseEnd == nil ? .awaitingLease : .leaseLost
    }
    if let grantFault { return .grantRefused(grantFault) }
    switch phase {
    case .disconnected: return .disconnected
    case .dialing, .opened: return .connecting
    case .welcomed: return isAttesting ? .attesting : .awaitingGrant
    }
  }

  /// Takes in what happened at `now`, and says what to do, in order.
  public mutating func handle(_ event: LicenseEvent, at now: BootTime) -> [LicenseAction] {
    settle(at: now)
    let actions = take(event, at: now)
    settle(at: now)
    return actions
  }

  /// Whether a grant's not-after is still ahead. A grant without any time to judge it by does not run.
  func isRunning(_ held: Held, at now: BootTime) -> Bool {
    guard let clock else { return false }
    return clock.time(at: now) < held.notAfter
  }

  /// Since when the standing is what it is at `now`: the moment that time alone brought about, not the one that was looked at.
  func since(at now: BootTime) -> BootTime {
    let next = standing(at: now).kind
    // Dialling is part of being away.
    let away: Set<LicenseStanding.Kind> = [.disconnected, .connecting]
    guard next != kind, !away.isSuperset(of: [next, kind]) else { return since }
    let moment: BootTime? =
      switch next {
      case .leaseLost: leaseEnd
      case .expired: held.flatMap { held in clock?.moment(of: held.notAfter) }
      default: nil
      }
    return min(max(moment ?? now, since), now)
  }

  private mutating func settle(at now: BootTime) {
    since = since(at: now)
    kind = standing(at: now).kind
  }
}
