import FoundationEssentials
import LicenseProtocol
import SwiftProtobuf

extension LicenseOperator {
  func received(_ hello: Lowlayer_Agent_V1_Hello, in id: UInt64) async {
    guard var session = sessions[id] else { return }
    guard session.phase == .opened else { return refuse(id, .malformed("a second Hello in one session")) }
    // A connection outlives its handshake, and may carry another session.
    if let refusal = denial(of: session.peer) { return refuse(id, refusal) }
    let range = hello.protocol
    let spoken = ProtocolVersion.negotiate(minimum: range.minimum, maximum: range.maximum)
    guard let version = spoken else {
      let offered = range.minimum <= range.maximum ? range.minimum...range.maximum : nil
      return refuse(id, .protocolVersion(offered: offered, spoken: ProtocolVersion.spoken), retryAfter: .seconds(600))
    }
    let missing = ProtocolFeature.missing(required: hello.requiredFeatures)
    guard missing.isEmpty else {
      return refuse(id, .requiredFeatures(ForeignWords.names(missing)), retryAfter: .seconds(600))
    }
    guard [0, Ratchet.length].contains(hello.ratchet.count) else {
      return refuse(id, .malformed("the ratchet value of Hello has \(hello.ratchet.count) bytes"))
    }
    guard [0, 32].contains(hello.hardware.fingerprint.count) else {
      return refuse(id, .malformed("the fingerprint of Hello has \(hello.hardware.fingerprint.count) bytes"))
    }
    guard hello.epoch < LicenseState.highestPossibleEpoch else {
      return refuse(id, .malformed("it claims an epoch above the highest there is"))
    }
    if !hello.hardware.facts.isEmpty {
      guard (try? FingerprintBytes(hello.hardware))?.bytes == Array(hello.hardware.fingerprint) else {
        return refuse(id, .malformed("the fingerprint of Hello is not that of its facts"))
      }
    }
    guard ConfigurationLimits.allow(hello.configVersions) else {
      return refuse(id, .malformed("the configuration versions of Hello are none that a node can have"))
    }
    guard session.peer.name != settings.operatorName else {
      return refuse(id, .identity("its certificate is an operator's and no node's"))
    }
    // Only what is looked at later is kept: there are thousands of sessions, and a Hello may be a mebibyte.
    session.hello = .with {
      $0.epoch = hello.epoch
      $0.ratchet = hello.ratchet
      $0.hardware.fingerprint = hello.hardware.fingerprint
    }
    session.applied = hello.configVersions
    // Of another length it is the digest of no grant.
    session.grantDigest = hello.grantDigest.count == 32 ? Array(hello.grantDigest) : []
    session.enter(.offering, at: now)
    sessions[id] = session
    replaceUnseated(by: id)
    guard let seat = seatPinned(to: session.peer) else { return welcome(id, version, attestationRequired: true) }
    await resume(seat, in: id, version)
  }

  /// A node is asked, and waits for a seat, in its newest session alone. An older one that nobody has noticed to be
  /// dead would take the seat that comes free, and the node would then contest it against itself.
  private func replaceUnseated(by id: UInt64) {
    guard let session = sessions[id], let older = newest.updateValue(id, forKey: session.peer.holder),
      let phase = sessions[older]?.phase, [.offering, .challenged, .waiting].contains(phase),
      // Who is asked in a doubt answers there.
      contestedSeat(of: older) == nil
    else { return }
    refuse(older, .replaced)
  }

  /// Why the handshake would not let this node in now; `nil` where it would.
  private func denial(of peer: Peer) -> LicenseRefusal? {
    if let refusal = organisations.current.refusal(of: peer) { return refusal }
    let now = clock.realNanoseconds() / 1_000_000_000
    guard peer.notAfter < now else { return nil }
    return .identity("its certificate ran out \(Duration.seconds(now - peer.notAfter).words) ago")
  }

  /// The seat whose key the session's certificate has.
  private func seatPinned(to peer: Peer) -> SeatID? {
    // A certificate that names another node than the seat is none of that seat's.
    let id = SeatID(organisation: peer.organisation, node: peer.name)
    guard let seat = state.seats[id], seat.rules.use(of: peer.keyDigest) != .unknown else { return nil }
    return id
  }

  /// A node whose key is pinned comes back.
  private func resume(_ id: SeatID, in session: UInt64, _ version: UInt32) async {
    guard let live = sessions[session], var seat = state.seats[id] else { return }
    let presented = Array(live.hello.ratchet)
    let verdict = seat.rules.ratchet.judge(presented)
    guard verdict.isAccepted else {
      guard contest(id, .ratchet(verdict), challenger: session) else { return }
      return welcome(session, version, attestationRequired: true)
    }
    if contests[id] != nil {
      return refuse(session, .contested)
    }
    if let older = sessionOfSeat[id] { refuse(older, .replaced) }
    let before = seat
    if seat.rules.use(of: live.peer.keyDigest) == .next { seat.rules.changeKey() }
    seat.rules.ratchet.issue(live.ratchet, presented: presented)
    guard await promise(seat, insteadOf: before, for: session) else { return }
    sit(session, on: id)
    welcome(session, version, attestationRequired: false)
    await license(session)
  }

  /// Puts a seat's new state in place and saves it, before anything that follows from it is sent. Where it cannot be
  /// saved
  /// it is as it was, and the session ends.
  /// - Returns: whether the session is still there to go on.
  func promise(_ seat: Seat, insteadOf before: Seat?, for session: UInt64) async -> Bool {
    let id = seat.id
    state.seats[id] = seat
    promises[id, default: 0] += 1
    defer {
      let others = promises[id, default: 1] - 1
      promises[id] = others > 0 ? others : nil
    }
    return await promise(for: session) { state in
      // Somebody else may have gone on with the seat meanwhile; only our own change is taken back.
      guard state.seats[id] == seat else { return }
      state.seats[id] = before
      if before == nil { state.ledgers[id.organisation] = state.ledger(id.organisation).releasing(id.node) }
    }
  }

  /// Saves; `undo` takes back what cannot be saved.
  func promise(for session: UInt64, undo: (inout OperatorState) -> Void) async -> Bool {
    do throws(OperatorError) {
      try await save()
    } catch {
      undo(&state)
      refuse(session, .unavailable("its own state cannot be saved"))
      return false
    }
    return sessions[session].map { $0.phase != .over } ?? false
  }

  /// The session has its seat from now on.
  func sit(_ session: UInt64, on seat: SeatID) {
    if let older = sessionOfSeat[seat], older != session { refuse(older, .replaced) }
    sessionOfSeat[seat] = session
    sessions[session]?.seat = seat
    sessions[session]?.proven = nil
    sessions[session]?.enter(.seated, at: now)
  }

  private func welcome(_ id: UInt64, _ version: UInt32, attestationRequired: Bool) {
    guard let session = sessions[id] else { return }
    let date = date
    sessions[id]?.told = ServerClock(server: date, heard: now)
    session.outbox.send(
      .welcome(
        .with {
          $0.protocol = version
          $0.sessionID = Data(session.sessionID)
          $0.ratchet = Data(session.ratchet)
          $0.attestationRequired = attestationRequired
          $0.heartbeatIntervalMs = settings.heartbeatInterval.wholeMilliseconds
          $0.leaseDurationMs = settings.leaseDuration.wholeMilliseconds
          $0.serverTimeNs = date.nanoseconds
          $0.features = ProtocolFeature.understood.sorted()
          $0.grantKey = Data(signingKey.publicKeyDER)
        }))
  }
}
