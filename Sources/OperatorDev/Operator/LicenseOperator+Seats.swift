import FoundationEssentials
import LicenseProtocol
import SwiftProtobuf

extension LicenseOperator {
  /// A node whose keys were attested for the first time takes a seat, or waits for one.
  func takeSeat(_ proven: LiveSession.Proven, in id: UInt64) async {
    guard let session = sessions[id], session.phase != .over else { return }
    // While it is being saved nobody else is to take a seat for it.
    sessions[id]?.proven = nil
    let organisation = session.peer.organisation
    let seatID = SeatID(organisation: organisation, node: proven.identity.name)
    // Whoever waited may find that what was true when its keys were attested is so no longer.
    do throws(LicenseRefusal) {
      try checkSeat(proven.attested, asNext: false, of: seatID)
    } catch {
      return refuse(id, error)
    }
    if let seat = state.seats[seatID] { return await reattest(seat, proven, isNext: false, in: id) }
    let ledger = state.ledger(organisation)
    do throws(LicenseRefusal) {
      let next = try ledger.taking(seatID.node, allowance: try allowance(for: organisation))
      // The actor takes seats one after the other; what this refuses is a mistake of ours.
      guard state.ledgers[organisation, default: ledger].compareAndSwap(next, expected: ledger.version) else {
        throw .unavailable("another node took a seat at the same moment")
      }
    } catch {
      sessions[id]?.proven = proven
      sessions[id]?.enter(.waiting, at: now)
      return decline(id, error)
    }
    var seat = Seat(
      rules: SeatState(
        organisation: organisation, nodeName: seatID.node, nodeUID: proven.identity.uid, attested: proven.attested))
    seat.rules.ratchet.issue(session.ratchet, presented: Array(session.hello.ratchet))
    guard await promise(seat, insteadOf: nil, for: id) else { return }
    sit(id, on: seatID)
    await license(id)
  }

  /// How many seats an organisation may take here: what the key server allows, less what operators below it have.
  ///
  /// Who sits here already goes first where both have more than that together: operators below are answered the limit
  /// less what is taken here. Were each other's seats taken off on both sides, both would lose theirs for good.
  func allowance(for organisation: String) throws(LicenseRefusal) -> SeatAllowance {
    var allowance = try cache.allowance(for: organisation, at: date)
    if let limit = allowance.limit {
      let taken = UInt32(clamping: state.ledger(organisation).used)
      allowance.limit = max(limit - min(limit, seatsBelow(organisation)), min(limit, taken))
    }
    return allowance
  }

  /// Grants where a grant is due, and brings the configuration up to date.
  /// - Parameter anew: also where the node's grant would do for some time.
  func license(_ id: UInt64, anew: Bool = false) async {
    guard let session = sessions[id] else { return }
    // One grant after the other: while one is being saved, the next look at the clock would find it due still.
    if session.isGranting {
      if anew { sessions[id]?.isDueAnew = true }
      return
    }
    sessions[id]?.isGranting = true
    await grantWhatIsDue(id, anew: anew)
    sessions[id]?.isGranting = false
    guard sessions[id]?.isDueAnew == true else { return }
    sessions[id]?.isDueAnew = false
    await license(id, anew: true)
  }

  private func grantWhatIsDue(_ id: UInt64, anew: Bool) async {
    guard let session = sessions[id], session.phase == .seated, let seatID = session.seat else { return }
    guard let before = state.seats[seatID] else {
      // It would have neither a lease nor a word about it for as long as the session lasts.
      return refuse(id, .unavailable("this node's seat was freed meanwhile"))
    }
    let held = anew ? [] : session.grantDigest
    guard before.rules.isGrantDue(held: held, at: date) else {
      // The lease of a seat that is taken up again begins with its session.
      startLease(seatID)
      noteLife(seatID)
      return sendConfiguration(id)
    }
    var seat = before
    let sent: Lowlayer_Agent_V1_LicenseGrant
    let grant: Lowlayer_Agent_V1_Grant
    do {
      let ledger = state.ledger(seatID.organisation)
      _ = try ledger.taking(seatID.node, allowance: try allowance(for: seatID.organisation))
      grant = try seat.rules.grant(
        claimed: session.hello.epoch, ledger: ledger, cache: cache, length: settings.grantDuration, at: date)
      sent = try GrantSignature.sign(grant, with: signingKey.key)
    } catch let refusal as LicenseRefusal {
      decline(id, refusal)
      return sendConfiguration(id)
    } catch {
      return refuse(id, .unavailable("it could not sign the grant"))
    }
    seat.rules.grantDigest = GrantSignature.digest(of: sent)
    guard await promise(seat, insteadOf: before, for: id) else { return }
    sessions[id]?.grantDigest = seat.rules.grantDigest
    sessions[id]?.declined = nil
    startLease(seatID)
    sessions[id]?.outbox.send(.licenseGrant(sent))
    noteLife(seatID)
    event(
      .licensed, seatID,
      "\(seat.rules.key.assurance.name): epoch \(grant.epoch), until \(ServerTime(nanoseconds: grant.notAfterNs).words), "
        + "\(grant.seatsUsed) of \(grant.seatsIncluded) included seats taken")
    sendConfiguration(id)
  }

  private func startLease(_ id: SeatID) {
    state.seats[id]?.rules.startLease(at: now, server: date, timing: timing)
  }

  /// A lease lives: a taint that was there goes.
  func noteLife(_ id: SeatID) {
    guard var seat = state.seats[id], seat.rules.lease?.isLive(at: now) ?? false else { return }
    let wasTainted = seat.isTainted
    guard wasTainted || !seat.isAlive else { return }
    seat.isTainted = false
    seat.isAlive = true
    state.seats[id] = seat
    isLifeChanged = true
    if wasTainted { event(.leaseRestored, id, "Node \(id.node) holds a lease again: its taint goes.") }
  }

  func received(_ heartbeat: Lowlayer_Agent_V1_Heartbeat, in id: UInt64) async {
    guard var session = sessions[id] else { return }
    guard heartbeat.sequence > session.heartbeat else {
      return refuse(id, .malformed("the sequence of a Heartbeat does not grow"))
    }
    session.heartbeat = heartbeat.sequence
    sessions[id] = session
    guard session.phase == .seated, let seatID = session.seat, var seat = state.seats[seatID] else {
      // Heard, and there is no lease.
      session.outbox.send(
        .leaseAck(
          .with {
            $0.sequence = heartbeat.sequence
            $0.serverTimeNs = date.nanoseconds
          }))
      return
    }
    let wasConfirmed = seat.rules.ratchet.isConfirmed
    let answer = seat.rules.heartbeat(
      heartbeat, renews: contests[seatID].map { $0.incumbent == id } ?? true, at: now, server: date, timing: timing)
    guard let answer else {
      return refuse(id, .malformed("a Heartbeat carries another ratchet value than this session's"))
    }
    state.seats[seatID] = seat
    session.outbox.send(.leaseAck(answer))
    noteLife(seatID)
    // Whoever comes with the value before from now on was set back: that must not be forgotten. A failure is said, and
    // the next save has it.
    if !wasConfirmed { try? await save() }
  }

  func received(_ report: Lowlayer_Agent_V1_MetricsReport, in id: UInt64) {
    sessions[id]?.outbox.send(.metricsAck(.with { $0.sequence = report.sequence }))
  }

  /// Nodes that wait may find a seat now.
  func retryWaiting() async {
    for id in sessions.filter({ $0.value.phase == .waiting }).keys.sorted() {
      // Those before it may have taken long to be saved, and somebody else have looked at this one meanwhile.
      guard let session = sessions[id], session.phase == .waiting, let proven = session.proven else { continue }
      await takeSeat(proven, in: id)
    }
  }

  /// Frees the seats whose nodes do not come back, as the consent file says. A seat that somebody is about to sit on,
  /// or is asked for, is none of these.
  func releaseConsented() async {
    var released: [SeatID] = []
    for (id, seat) in state.seats
    where files.consent.release.contains(id.description) && sessionOfSeat[id] == nil && promises[id] == nil
      && contests[id] == nil && !(seat.rules.lease?.isLive(at: now) ?? false)
    {
      state.seats[id] = nil
      state.ledgers[id.organisation] = state.ledger(id.organisation).releasing(id.node)
      released.append(id)
    }
    guard !released.isEmpty else { return }
    for id in released { event(.seatReleased, id, "The seat of node \(id.node) is free.") }
    // A seat that is freed again after a crash is free all the same.
    try? await save()
    await retryWaiting()
  }
}

extension Consent {
  /// What is consented to for one seat.
  func of(_ seat: SeatID) -> SeatConsent {
    var consent = SeatConsent()
    if lowerAssurance.contains(seat.description) { consent.insert(.lowerAssurance) }
    if replaceHardware.contains(seat.description) { consent.insert(.otherEndorsementKey) }
    return consent
  }
}
