import FoundationEssentials
import LicenseProtocol
import SwiftProtobuf

/// The agent's sessions, one after the other, as rules: what follows from a message or from time that passed. Neither
/// socket nor clock; the license is judged by ``LicenseState``.
///
/// What has to be kept is kept before what relies on it is asked for: the closure that the rules are made with returns
/// when a state is on the disk.
struct SessionRules {
  /// Keeps a state durably.
  typealias Keeping = @Sendable (AgentState) throws(StateError) -> Void

  /// The license, judged by the boot clock.
  private(set) var license: LicenseState
  /// What the node remembers.
  private(set) var state: AgentState
  private var local: OperatedSettings
  private let clock: AgentClock
  private let keep: Keeping

  private var isWelcomed = false
  private var isOver = true
  private var sessionID: [UInt8] = []
  /// The last heartbeat's number in this session; 0 before the first.
  private(set) var sequence: UInt64 = 0
  private var nextHeartbeat: BootTime?
  private var isUnkept = false
  private var isUnproven = true
  private var conditions: [Lowlayer_Agent_V1_Condition] = []
  private var reports = ReportQueue()
  private var isReportTooLong = false
  /// The ratchet value that this session showed, while the operator has to judge the node's keys: it records nothing
  /// before that.
  private var shownRatchet: [UInt8]?

  /// The rules of a node called `nodeName`, which has the keys with these digests (SHA-256 of SubjectPublicKeyInfo).
  init(
    nodeName: String, keys: Set<[UInt8]>, state: AgentState, settings: OperatedSettings, clock: AgentClock,
    keeping keep: @escaping Keeping
  ) {
    license = LicenseState(
      memory: state.license, nodeName: nodeName, keys: keys, bootID: clock.bootID, at: clock.now())
    self.state = state
    self.clock = clock
    self.keep = keep
    local = settings
  }

  /// Whether the operator welcomed this session and it is not over.
  var isOpen: Bool { isWelcomed && !isOver }

  /// The settings that hold now: the node's own and what was pushed. A pushed text that an older agent took and this one
  /// does not is left out, and said.
  var settings: (value: OperatedSettings, fault: PushedConfigurationError?) {
    do throws(PushedConfigurationError) {
      return (try local.with(state.configurations), nil)
    } catch {
      return (local, error)
    }
  }

  /// The node's own settings are others now.
  mutating func reload(_ settings: OperatedSettings) -> [SessionStep] {
    local = settings
    let (value, fault) = self.settings
    return (fault.map { [.note("left out: \($0)")] } ?? []) + [.settings(value)]
  }

  /// The node has other keys.
  mutating func hold(_ keys: Set<[UInt8]>) { _ = license.handle(.keysChanged(keys), at: clock.now()) }

  /// Why nothing can be kept, in words; `nil` where it can. To be asked before each dial: an operator issues a value with
  /// every Welcome, and a node that comes with the same old one again and again is taken for its own copy. It is tried
  /// before the first dial and where the last try failed.
  mutating func faultOfKeeping() -> String? {
    guard isUnproven || isUnkept else { return nil }
    do throws(StateError) {
      try keep(state)
      (isUnproven, isUnkept) = (false, false)
      return nil
    } catch {
      return "\(error); without that no session is begun"
    }
  }

  /// The operator is being dialled.
  mutating func dialing() {
    (isWelcomed, isOver, sequence, nextHeartbeat) = (false, false, 0, nil)
    // Of a session that was lost nobody knows what the operator recorded.
    shownRatchet = nil
    reports.close()
    _ = license.handle(.dialing, at: clock.now())
  }

  /// The connection is there and the operator is who it should be: the first thing that is said.
  mutating func opened(as identity: SessionIdentity) -> [SessionStep] {
    _ = license.handle(.opened, at: clock.now())
    return [
      .send(
        .hello(
          .with {
            $0.protocol = ProtocolVersion.range
            $0.instance = identity.instance.data
            $0.bootID = clock.bootID
            $0.epoch = license.epoch
            $0.configVersions = state.configurationVersions
            $0.grantDigest = license.grantDigest.data
            $0.ratchet = state.ratchet.data
            $0.features = ProtocolFeature.understood.sorted()
            $0.agentVersion = identity.agentVersion
            $0.assurance = identity.assurance
            $0.hardware = identity.hardware
            $0.nodeName = license.nodeName
          }))
    ]
  }

  /// The session is over, whoever ended it.
  mutating func closed(_ end: SessionEnd) {
    isOver = true
    // A reading that comes meanwhile waits for the next session.
    reports.close()
    _ = license.handle(.disconnected(end.description), at: clock.now())
  }

  /// Now, by the boot clock.
  var now: BootTime { clock.now() }

  /// How long until ``tick()`` has to be called again: until the next heartbeat, and five seconds at the most; a second
  /// while no session is up. Each time costs a fleet's agents more than what is done in it.
  var untilDeadline: Duration {
    guard isOpen, let nextHeartbeat else { return .seconds(1) }
    return min(nextHeartbeat - clock.now(), .seconds(5))
  }

  /// Time has passed.
  mutating func tick() -> [SessionStep] {
    let now = clock.now()
    _ = license.handle(.wallClock(clock.wall()), at: now)
    var steps = follow(license.handle(.tick, at: now))
    if isOpen, let nextHeartbeat, now >= nextHeartbeat {
      if isUnkept { steps += keepState() }
      steps += heartbeat()
    }
    return steps
  }

  /// A heartbeat now: when it is acknowledged, whatever was said before it has been judged.
  mutating func inquire() -> (sequence: UInt64, steps: [SessionStep])? {
    guard isOpen else { return nil }
    let steps = heartbeat()
    return (sequence, steps)
  }

  /// A snapshot was taken: the newest waits until the last one was acknowledged.
  mutating func report(_ snapshot: [UInt8], conditions: [Lowlayer_Agent_V1_Condition]) -> [SessionStep] {
    self.conditions = conditions
    // A message that is longer would end the session, and each one after it.
    guard snapshot.count <= ReportQueue.longestSnapshot else {
      defer { isReportTooLong = true }
      return isReportTooLong
        ? []
        : [
          .note(
            "the readings are \(snapshot.count) bytes, and the operator takes \(ReportQueue.longestSnapshot): they are not "
              + "reported")
        ]
    }
    isReportTooLong = false
    let report = reports.add(snapshot, bootTime: clock.now().nanoseconds)
    return report.map { [.send(.metricsReport($0))] } ?? []
  }

  /// The operator said something.
  mutating func receive(_ message: OperatorMessage) -> [SessionStep] {
    // A message of a later version: ignored, as the protocol has it.
    guard !isOver, let content = message.message else { return [] }
    switch content {
    case .welcome(let welcome): return self.welcome(welcome)
    case .refusal(let refusal): return take(.refused(refusal)) + takeBackRatchet()
    case .fenced(let fenced): return take(.fenced(fenced))
    case .drain(let drain): return take(.draining(drain))
    case _ where !isWelcomed: return end(.incompatible("it spoke before its Welcome"))
    case .attestationRequest(let request): return take(.attestationRequested(request)) + [.offer]
    case .challenge(let challenge): return take(.challenged(challenge)) + [.answer(challenge, sessionID: sessionID)]
    case .leaseAck(let acknowledgement):
      if acknowledgement.leaseRemainingMs > 0 { shownRatchet = nil }
      return take(.leaseAcknowledged(acknowledgement))
    case .licenseGrant(let grant):
      shownRatchet = nil
      return take(.granted(grant))
    case .configDelta(let delta): return configuration(delta)
    case .metricsAck(let ack): return reports.acknowledge(ack.sequence).map { [.send(.metricsReport($0))] } ?? []
    }
  }

  /// Ends the session for a reason of the node's own.
  mutating func end(_ reason: SessionEnd) -> [SessionStep] {
    guard !isOver else { return [] }
    isOver = true
    return [.end(reason)]
  }

  private mutating func welcome(_ welcome: Lowlayer_Agent_V1_Welcome) -> [SessionStep] {
    if isWelcomed { return end(.incompatible("it sent a second Welcome")) }
    guard ProtocolVersion.spoken.contains(welcome.protocol) else {
      return end(
        .incompatible(
          "it speaks version \(welcome.protocol) of the protocol, and this agent \(ProtocolVersion.spoken.upperBound)"))
    }
    let missing = ProtocolFeature.missing(required: welcome.requiredFeatures)
    guard missing.isEmpty else {
      let names = missing.map(Words.of).joined(separator: ", ")
      return end(.incompatible("it requires \(names), which this agent does not know: update the agent"))
    }
    guard welcome.sessionID.count == 32, welcome.ratchet.count == 32 else {
      return end(.incompatible("its session id and its ratchet value are not 32 bytes long"))
    }
    shownRatchet = welcome.attestationRequired ? state.ratchet : nil
    var next = state
    next.ratchet = Array(welcome.ratchet)
    do throws(StateError) {
      try keep(next)
    } catch {
      shownRatchet = nil
      // A ratchet value that is used and then forgotten would make this node look like its own clone.
      isUnproven = true
      return end(.unable("\(error); without that the node must not send heartbeats"))
    }
    state = next
    isWelcomed = true
    sessionID = Array(welcome.sessionID)
    let steps = take(.welcomed(welcome)) + heartbeat() + (welcome.attestationRequired ? [.offer] : [])
    return steps + (reports.open().map { [.send(.metricsReport($0))] } ?? [])
  }

  /// A session that was refused before its keys counted has left nothing at the operator: what it was given is no value
  /// of this node's seat. Shown the next time, by a key that the operator knows, it would look like a clone's.
  private mutating func takeBackRatchet() -> [SessionStep] {
    guard isOver, let shown = shownRatchet else { return [] }
    shownRatchet = nil
    state.ratchet = shown
    return keepState()
  }

  private mutating func take(_ event: LicenseEvent) -> [SessionStep] {
    follow(license.handle(event, at: clock.now()))
  }

  private mutating func follow(_ actions: [LicenseAction]) -> [SessionStep] {
    actions.flatMap { action -> [SessionStep] in
      switch action {
      case .save: keepState()
      case .heartbeat: isOpen ? heartbeat() : []
      case .reconnect(let reconnection): end(.left(reconnection))
      }
    }
  }

  /// Keeps the state. What cannot be kept holds all the same, is said once, and is tried again with each heartbeat; the
  /// next boot may have to ask again.
  private mutating func keepState() -> [SessionStep] {
    state.license = license.memory
    do throws(StateError) {
      try keep(state)
      isUnkept = false
      return []
    } catch {
      defer { isUnkept = true }
      return isUnkept ? [] : [.note("\(error); it is tried again with each heartbeat")]
    }
  }

  private mutating func heartbeat() -> [SessionStep] {
    let now = clock.now()
    sequence += 1
    nextHeartbeat = now + license.sessionTiming.heartbeatInterval
    let message = Lowlayer_Agent_V1_Heartbeat.with {
      $0.sequence = sequence
      $0.boottimeNs = now.nanoseconds
      $0.realtimeNs = clock.wall().nanoseconds
      $0.ratchet = state.ratchet.data
      $0.conditions = conditions
    }
    _ = license.handle(.heartbeatSent(sequence), at: now)
    return [.send(.heartbeat(message))]
  }

  private mutating func configuration(_ delta: Lowlayer_Agent_V1_ConfigDelta) -> [SessionStep] {
    var next = state
    var fault = ""
    var settings: OperatedSettings?
    do {
      next.configurations = try ConfigurationDelta(delta).applied(to: state.configurations, over: local)
      let changed = try local.with(next.configurations)
      try keep(next)
      state = next
      settings = changed
    } catch {
      fault = "\(error)"
    }
    let ack = Lowlayer_Agent_V1_ConfigAck.with {
      $0.nonce = delta.nonce
      $0.versions = state.configurationVersions
      $0.error = fault
    }
    let note = fault.isEmpty ? [] : [SessionStep.note("a pushed configuration is not applied: \(fault)")]
    return note + (settings.map { [.settings($0)] } ?? []) + [.send(.configAck(ack))]
  }
}
