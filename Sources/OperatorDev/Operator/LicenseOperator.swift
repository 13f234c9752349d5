import Attestation
import LicenseProtocol

/// The operator's half of the license protocol: who has which seat, what is granted, who is alive.
///
/// One actor, so that seats are taken one after the other. What is promised is saved before it is sent; where it cannot
/// be saved, it is not sent.
actor LicenseOperator {
  let settings: OperatorSettings
  let signingKey: SigningKey
  nonisolated let serverLeaf: [UInt8]
  let organisations: OrganisationsBook
  let clock: OperatorClock
  let startedAt: BootTime
  let review: NodeReview?
  let emit: @Sendable (OperatorEvent) -> Void
  private let writer: StateWriter
  var timing: SessionTiming {
    SessionTiming(heartbeatInterval: settings.heartbeatInterval, leaseDuration: settings.leaseDuration)
  }

  var state: OperatorState
  /// What the date does not go behind: the date that was saved last, and what the boot clock counted since.
  var dateFloor: ServerClock
  var sessions: [UInt64: LiveSession] = [:]
  var sessionOfSeat: [SeatID: UInt64] = [:]
  /// The session in which the holder of a certificate's key said Hello last.
  var newest: [Peer.Holder: UInt64] = [:]
  /// How many changes of a seat are being saved: somebody is about to sit there, or does.
  var promises: [SeatID: Int] = [:]
  var challenges = ChallengeBook()
  var verifier = AttestationVerifier(anchors: EndorsementAnchors())
  var endorsementRevocation = EndorsementRevocation()
  var files = OperatorFiles()
  var contests: [SeatID: Contest] = [:]
  var cache: EntitlementCache
  /// What a report's answer has to repeat.
  var reportNonce: [UInt8] = []
  /// Those of the reports before it in the same stream: their answers may still be under way.
  var earlierNonces: [[UInt8]] = []
  /// How long the key server may go without a report; it says so in each of its answers.
  var reportInterval: Duration = .seconds(60)
  /// What was said already of why the key server gives no entitlement.
  var keyServerFaults: Set<KeyServerFault> = []
  /// How the entitlement stood when it was looked at last.
  var standing = EntitlementStanding.none
  /// Grows when what operators below may have changes.
  var entitlementVersion: UInt64 = 0
  /// The calls of operators below.
  nonisolated let licenseeCalls = LicenseeCalls()
  /// The nodes with a lease that operators below reported, by organisation.
  var leasesBelow: [String: UInt32] = [:]
  /// The seats that operators below might have when that was looked at last.
  var seatsBelowSeen: [String: UInt32]
  var brake: ExpiryBrake
  /// Whether a lease began or ended since the state was saved.
  var isLifeChanged = false
  var isDraining = false
  private var lastSession: UInt64 = 0

  private var changes: UInt64 = 0
  private var saved: UInt64 = 0
  private var saving: Task<SaveAttempt, Never>?

  init(
    settings: OperatorSettings, signingKey: SigningKey, serverLeaf: [UInt8], licensee: String,
    organisations: OrganisationsBook, clock: OperatorClock, store: StateStore, review: NodeReview?,
    emit: @escaping @Sendable (OperatorEvent) -> Void
  ) throws(OperatorError) {
    self.settings = settings
    self.signingKey = signingKey
    self.serverLeaf = serverLeaf
    self.organisations = organisations
    self.clock = clock
    writer = StateWriter(store)
    self.review = review
    self.emit = emit
    let now = BootTime(nanoseconds: clock.bootNanoseconds())
    startedAt = now
    if let bytes = try store.load() {
      state = try OperatorState(
        json: bytes, in: settings.state, startedAt: now,
        wallClock: ServerTime(nanoseconds: clock.realNanoseconds()), leaseDuration: settings.leaseDuration)
    } else {
      state = OperatorState()
    }
    // How long we were away is not known, and not counted.
    dateFloor = ServerClock(server: state.latestDate, heard: now)
    seatsBelowSeen = state.promised.mapValues(\.seats)
    cache = EntitlementCache(
      licensee: licensee, key: try settings.keyServer?.signingKeyDER() ?? [], saved: state.entitlement)
    brake = ExpiryBrake(share: settings.brakePercent)
  }

  var now: BootTime { BootTime(nanoseconds: clock.bootNanoseconds()) }

  /// The date. It neither goes back behind what was saved nor stands still there, so that setting the clock back
  /// extends nothing.
  var date: ServerTime { max(ServerTime(nanoseconds: clock.realNanoseconds()), dateFloor.time(at: now)) }

  // MARK: Sessions

  /// A connection wants a session; `nil` where the operator is going away.
  func opened(_ peer: Peer, _ outbox: Outbox) -> UInt64? {
    guard !isDraining else { return nil }
    lastSession += 1
    sessions[lastSession] = LiveSession(
      peer: peer, outbox: outbox, openedAt: now, sessionID: Self.random32(), ratchet: Self.random32(), phaseSince: now,
      heardAt: now)
    return lastSession
  }

  /// The stream has ended. The lease lives on: it is its expiry that counts, not the disconnection.
  func closed(_ id: UInt64) {
    guard let session = sessions.removeValue(forKey: id) else { return }
    challenges.forget(session: session.sessionID)
    if newest[session.peer.holder] == id { newest[session.peer.holder] = nil }
    if let seat = session.seat, sessionOfSeat[seat] == id { sessionOfSeat[seat] = nil }
  }

  /// The node said something. Messages of one session come one after the other.
  func received(_ message: Lowlayer_Agent_V1_NodeMessage, in id: UInt64) async {
    guard var session = sessions[id], session.phase != .over else { return }
    session.heardAt = now
    sessions[id] = session
    switch message.message {
    case .hello(let hello): await received(hello, in: id)
    // What a newer agent says beyond this version is not ours to judge.
    case nil: break
    case .some where session.phase == .opened:
      refuse(id, .malformed("the first message of a session is Hello"))
    case .attestationOffer(let offer): await received(offer, in: id)
    case .challengeReply(let reply): await received(reply, in: id)
    case .heartbeat(let heartbeat): await received(heartbeat, in: id)
    case .metricsReport(let report): received(report, in: id)
    case .configAck(let ack): received(ack, in: id)
    }
  }

  /// Ends a session with a refusal, in words that are in the event too.
  /// - Parameter retryAfter: when the node is to come again, where it is not as usual: after ten seconds where the operator is at
  ///   fault, else after a minute.
  func refuse(_ id: UInt64, _ refusal: LicenseRefusal, retryAfter: Duration? = nil) {
    guard let session = sessions[id] else { return }
    let delay = retryAfter ?? .seconds(refusal.reason == .unavailable ? 10 : 60)
    session.outbox.send(.refusal(refusal.refusal(retryAfter: max(delay, .milliseconds(1)))))
    end(id)
    event(.refused, session, refusal.message)
  }

  /// Says that there is no grant, and keeps the session: it may become otherwise. Said once for the same reason.
  func decline(_ id: UInt64, _ refusal: LicenseRefusal) {
    guard var session = sessions[id], session.declined != refusal else { return }
    session.declined = refusal
    sessions[id] = session
    session.outbox.send(.refusal(refusal.refusal()))
    event(.refused, session, refusal.message)
  }

  /// Ends a session that lost to another.
  func fence(_ id: UInt64, _ refusal: LicenseRefusal) {
    guard let session = sessions[id] else { return }
    session.outbox.send(.fenced(refusal.fenced(retryAfter: .seconds(300))))
    end(id)
    event(.fenced, session, refusal.message)
  }

  /// Ends a session once its outbox is sent.
  func end(_ id: UInt64) {
    guard var session = sessions[id] else { return }
    session.enter(.over, at: now)
    session.outbox.close()
    challenges.forget(session: session.sessionID)
    if let seat = session.seat, sessionOfSeat[seat] == id { sessionOfSeat[seat] = nil }
    sessions[id] = session
  }

  func event(_ kind: OperatorEvent.Kind, _ session: LiveSession, _ words: String) {
    emit(
      OperatorEvent(
        at: clock.realNanoseconds(), kind, organisation: session.peer.organisation,
        node: session.seat?.node ?? session.peer.name, message: words))
  }

  func event(_ kind: OperatorEvent.Kind, _ seat: SeatID, _ words: String) {
    emit(
      OperatorEvent(
        at: clock.realNanoseconds(), kind, organisation: seat.organisation, node: seat.node, message: words))
  }

  func event(_ kind: OperatorEvent.Kind, _ words: String) {
    emit(OperatorEvent(at: clock.realNanoseconds(), kind, message: words))
  }

  static func random32() -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<4).flatMap { _ in withUnsafeBytes(of: generator.next()) { Array($0) } }
  }

  // MARK: Saving

  /// Saves the state as it is now, together with whoever else waits for the same. When this returns, what was decided
  /// before the call outlives a power cut, and may be sent.
  func save() async throws(OperatorError) {
    dateFloor.advance(to: date, at: now)
    state.latestDate = date
    changes += 1
    let mine = changes
    while saved < mine {
      let attempt = await (saving ?? beginSaving()).value
      // One that began before our change says nothing about it: the next one has it.
      if attempt.changes >= mine, let error = attempt.error { throw error }
    }
  }

  private func beginSaving() -> Task<SaveAttempt, Never> {
    let target = changes
    let snapshot = state
    // Many sessions wait for one save; the task belongs to none of them, and ends with the write.
    let task = Task {
      var attempt = SaveAttempt(changes: target)
      do {
        try await writer.save(snapshot)
        saved = max(saved, target)
      } catch let error as OperatorError {
        attempt.error = error
      } catch {
        attempt.error = .file(settings.state, "\(error)")
      }
      saving = nil
      if let error = attempt.error { event(.stateNotSaved, "\(error); nothing that depends on it was sent") }
      return attempt
    }
    saving = task
    return task
  }

  private struct SaveAttempt: Sendable {
    /// Which changes it has.
    var changes: UInt64
    var error: OperatorError?
  }
}
