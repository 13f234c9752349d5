import GRPCCore
import LicenseProtocol
import Logging
import SwiftProtobuf

/// Keeps a session with the operator: dials, says and answers what the rules ask for, and dials again.
///
/// It runs two loops. One dials and waits; the other looks at the clock, at least every five seconds, whatever the first
/// one waits for: a watchdog hangs on that one.
actor OperatorSession {
  /// What an orderly end may take.
  static let farewell = Duration.seconds(5)
  /// What dialling may take, with the TLS handshake.
  static let dialLimit = Duration.seconds(20)

  var rules: SessionRules
  private var connector: OperatorConnector
  private let effects: Effects
  private let log: Logger
  private var backoff = ReconnectBackoff()
  private var random: any RandomNumberGenerator

  var credentials: SessionCredentials?
  private var outbox: AsyncStream<NodeMessage>.Continuation?
  private var stream: Task<Void, any Error>?
  private var over: AsyncStream<Never>.Continuation?
  // What a connection that is being closed still says belongs to no later session.
  private var number: UInt64 = 0
  private var ending: SessionEnd?
  private var pause: Task<Void, Never>?
  private var answers: Task<Void, Never>?
  private var isStopping = false
  private var isConnected = false
  private var isOfferingNext = false
  var nextKey: NextKeyOffer?
  var proof = KeyProof.settled
  private var reception = CertificateReception()
  /// Whether the next session shows a certificate that the operator took, after it refused another one.
  private var isOtherGood = false
  private var preparing: Preparation?
  private var lastEnd: SessionEnd?
  private var shown: LicenseStanding.Kind?
  private var peer = OperatorConnector.Peer(certificate: [])

  init(
    rules: SessionRules, connector: OperatorConnector, effects: Effects, log: Logger,
    random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
  ) {
    self.rules = rules
    self.connector = connector
    self.effects = effects
    self.log = log
    self.random = random
  }

  /// Dials until ``stop()``.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.watchClock() }
      while !isStopping, !Task.isCancelled {
        let delay = random.delay(of: &backoff)
        log.debug("dialling the operator in \(delay)")
        await wait(delay)
        if isStopping || Task.isCancelled { break }
        let end = await session()
        rules.closed(end)
        plan(end)
        (isConnected, lastEnd) = (false, end)
        show()
      }
      group.cancelAll()
    }
    show()
  }

  /// Ends the session in order, within ``farewell``, and does not dial again.
  func stop() {
    isStopping = true
    pause?.cancel()
    preparing?.abandon()
    perform(rules.end(.stopped))
  }

  /// The node has a new certificate: the next session shows it, and begins at once.
  func reconnect() {
    backoff.succeeded()
    perform(rules.end(.renewed))
    pause?.cancel()
  }

  /// The operator is another one, or is reached otherwise: the next session is with that one, and begins at once.
  func redial(over connector: OperatorConnector) {
    self.connector = connector
    backoff.succeeded()
    preparing?.task.cancel()
    perform(rules.end(.resettled))
    pause?.cancel()
  }

  /// Those who issue certificates, or how they are asked, are others now: who waits for one asks again at once.
  func prepareAgain() {
    backoff.succeeded()
    if let preparing {
      preparing.task.cancel()
      perform(rules.end(.resettled))
    }
    pause?.cancel()
  }

  /// The node's own settings are others now.
  func reload(_ settings: OperatedSettings) { perform(rules.reload(settings)) }

  /// A snapshot was taken.
  func report(_ snapshot: [UInt8], conditions: [Lowlayer_Agent_V1_Condition]) {
    perform(rules.report(snapshot, conditions: conditions))
  }

  private func plan(_ end: SessionEnd) {
    switch end {
    case .left(let reconnection):
      log.notice("session ended: \(end)")
      if let window = reconnection.window { backoff.widen(to: window) }
      // The lease lives for less than that, and was good with the certificate that comes next.
      if isOtherGood { backoff.succeeded() } else { backoff.wait(reconnection.delay) }
    case .stopped, .renewed, .resettled: log.info("session ended: \(end)")
    // An operator that stays away is said once and then only to who looks for it.
    default: log.log(level: end == lastEnd ? .debug : .warning, "session ended: \(end)")
    }
  }

  private func wait(_ delay: Duration) async {
    // A task of its own, so that stopping and renewing can cut it short.
    let pause = Task { _ = try? await Task.sleep(for: delay, clock: .continuous) }
    self.pause = pause
    await withTaskCancellationHandler {
      await pause.value
    } onCancel: {
      pause.cancel()
    }
    self.pause = nil
  }

  private func watchClock() async {
    while !Task.isCancelled {
      perform(rules.tick())
      show()
      effects.alive()
      let left = rules.untilDeadline
      try? await Task.sleep(for: max(left, Duration.milliseconds(1)), clock: .continuous)
    }
  }

  /// One session, from the dial to its end.
  private func session() async -> SessionEnd {
    rules.dialing()
    (ending, proof, reception) = (nil, .settled, CertificateReception())
    isOtherGood = false
    number += 1
    let number = number
    show()
    let credentials: SessionCredentials
    let preparing = Preparation(effects.credentials)
    self.preparing = preparing
    defer { self.preparing = nil }
    switch await preparing.outcome {
    case .success(let found): credentials = found
    case .failure(let error):
      if let pause = (error as? IdentityError)?.ofAuthority?.pause { backoff.wait(pause) }
      return ending ?? .unable("\(error)")
    case nil: return ending ?? .stopped
    }
    if let ending { return ending }
    if let fault = rules.faultOfKeeping() { return .unable(fault) }
    self.credentials = credentials
    rules.hold(credentials.keys)
    let (messages, outbox) = AsyncStream.makeStream(of: NodeMessage.self)
    self.outbox = outbox
    let connector = connector
    // A task of its own, so that an end that the rules call for can cut it off while it is being waited for.
    let (isOver, over) = AsyncStream.makeStream(of: Never.self)
    self.over = over
    let stream = Task {
      defer { over.finish() }
      try await connector.withService(credentials) { service, peer in
        await self.dialled(peer, in: number)
        try await service.session(
          requestProducer: { writer in
            await self.opened(peer(), in: number)
            for await message in messages { try await writer.write(message) }
          },
          onResponse: { response in
            for try await message in response.messages { await self.received(message, in: number) }
            await self.hungUp(in: number)
          })
      }
    }
    self.stream = stream
    let limit = Task {
      try await Task.sleep(for: Self.dialLimit, clock: .continuous)
      dialFailed()
    }
    await withTaskCancellationHandler {
      for await _ in isOver {}
    } onCancel: {
      stream.cancel()
      over.finish()
    }
    limit.cancel()
    answers?.cancel()
    settleNext(.noSession)
    outbox.finish()
    (self.stream, self.over, self.outbox, self.credentials, self.answers) = (nil, nil, nil, nil, nil)
    let end: SessionEnd
    if let ending {
      // A peer that is gone does not answer the end of TLS: that is not waited for.
      end = ending
    } else {
      let result = await stream.result
      reception.ended(result)
      end = SessionEnd(of: result)
    }
    if let objection = reception.objection(at: end) { isOtherGood = await effects.untaken(credentials, objection) }
    return end
  }

  private func dialled(_ peer: @escaping @Sendable () -> OperatorConnector.Peer, in number: UInt64) {
    if number == self.number { reception.dialled(peer) }
  }

  private func opened(_ peer: OperatorConnector.Peer, in number: UInt64) {
    guard number == self.number, let credentials, ending == nil else { return }
    self.peer = peer
    isConnected = true
    reception.opened()
    perform(rules.opened(as: credentials.identity))
    show()
  }

  private func received(_ message: OperatorMessage, in number: UInt64) async {
    guard number == self.number else { return }
    let steps = rules.receive(message)
    reception.heard(message)
    if case .leaseAck = message.message { backoff.succeeded() }
    hearVerdict(message)
    perform(steps)
    show()
    // A session that has to show its keys is none before they are judged.
    guard !reception.isTaken, rules.isOpen, proof == .settled, let credentials else { return }
    reception.taken()
    await effects.taken(credentials)
  }

  private func hungUp(in number: UInt64) { if number == self.number { outbox?.finish() } }

  private func dialFailed() {
    guard !isConnected else { return }
    finish(.lost("no connection within \(Self.dialLimit.components.seconds) s"))
  }

  func perform(_ steps: [SessionStep]) {
    for step in steps {
      switch step {
      case .send(let content): outbox?.yield(NodeMessage.with { $0.message = content })
      case .offer: if let credentials { offer(credentials, next: false) }
      case .answer(let challenge, let sessionID): answer(challenge, sessionID)
      case .settings(let settings): effects.apply(settings)
      case .note(let words): log.warning("\(words)")
      case .end(let reason): finish(reason)
      }
    }
  }

  private func finish(_ reason: SessionEnd) {
    if ending == nil { ending = reason }
    guard let stream else { return }
    guard reason.isOrderly, isConnected else {
      stream.cancel()
      over?.finish()
      return
    }
    outbox?.finish()
    // Nobody waits for this one: it ends with the stream, or ends it.
    let over = over
    Task {
      try? await Task.sleep(for: Self.farewell, clock: .continuous)
      stream.cancel()
      over?.finish()
    }
  }

  func offer(_ credentials: SessionCredentials, next: Bool) {
    if next {
      nextKey?.isShown = true
    } else {
      if nextKey?.isShown == true { settleNext(.unanswered) }
      proof = .asked
    }
    isOfferingNext = next
    // The TPM takes its time, and heartbeats go on meanwhile.
    answers?.cancel()
    answers = Task {
      do {
        let offer = try await credentials.offer(next)
        send(.attestationOffer(offer))
      } catch {
        // The key that the session stands on is as good as before.
        if next {
          settleNext(.refused("it cannot be shown: \(error)"))
        } else {
          fail("the node cannot show how its key is held", error)
        }
      }
    }
  }

  private func answer(_ challenge: Lowlayer_Agent_V1_Challenge, _ sessionID: [UInt8]) {
    guard let credentials else { return }
    let (next, peer) = (isOfferingNext, peer)
    answers?.cancel()
    answers = Task {
      do {
        let data = try QualifyingData(
          purpose: next ? .nextKey : .sessionKey, nonce: challenge.nonce,
          fingerprint: credentials.identity.hardware.fingerprint, nodeUID: challenge.nodeUid,
          binding: SessionBinding(
            sessionID: sessionID, clientCertificate: credentials.certificate, serverCertificate: peer.certificate))
        var reply = try await credentials.answer(challenge, data, next)
        reply.nonce = challenge.nonce
        send(.challengeReply(reply))
        if next { awaitVerdict() } else { proof = .shown(after: rules.sequence) }
      } catch {
        fail("the node cannot answer the operator's challenge", error)
      }
    }
  }

  private func send(_ content: NodeMessage.OneOf_Message) {
    guard ending == nil, !Task.isCancelled else { return }
    outbox?.yield(NodeMessage.with { $0.message = content })
  }

  private func fail(_ what: String, _ error: any Error) {
    guard !Task.isCancelled else { return }
    reception.cannotAnswer("\(what): \(error)")
    perform(rules.end(.unable("\(what): \(error)")))
  }

  /// Publishes how things stand, and says in the log when they stand otherwise.
  private func show() {
    let view = SessionView(
      license: rules.license, isConnected: isConnected, lastEnd: lastEnd,
      configurations: rules.state.configurationVersions)
    let status = rules.license.status(at: rules.now)
    let kind = status.standing.kind
    if kind != shown {
      shown = kind
      // Each dial that fails comes by here twice; who wants to see them all has the level for it.
      let level: Logger.Level = [.disconnected, .connecting].contains(kind) ? .debug : .notice
      log.log(level: level, "\(Words.of(status.sentence))", metadata: ["standing": "\(kind.rawValue)"])
    }
    effects.publish(view)
  }
}
