import Attestation
import LicenseProtocol
import SwiftProtobuf

extension LicenseOperator {
  /// How long a node may take before it says Hello.
  private static let helloLimit: Duration = .seconds(10)

  /// Once a second: time has passed, and files may have changed.
  func tick() async {
    await reloadChanged()
    lookAtRevocationLists()
    await lookAtEntitlement()
    challenges.sweep(at: now.sinceBoot)
    settleContests()
    endSilent()
    await releaseConsented()
    await releaseBelow()
    await lookAtBelow()
    await renewGrants()
    judgeLeases()
    guard isLifeChanged else { return }
    isLifeChanged = false
    // Only who looks at the file would miss it; a failure is said, and the next change tries again.
    try? await save()
  }

  /// A grant whose half is over is followed by the next one. All at once: together they wait for one save, and not each
  /// for one of its own.
  private func renewGrants() async {
    let due = sessions.keys.filter { isRenewalDue($0) }
    guard !due.isEmpty else { return }
    await withDiscardingTaskGroup { group in
      for id in due { group.addTask { await self.renew(id) } }
    }
  }

  private func renew(_ id: UInt64) async {
    // Another turn of ours may have come between.
    if isRenewalDue(id) { await license(id) }
  }

  private func isRenewalDue(_ id: UInt64) -> Bool {
    guard let session = sessions[id], session.phase == .seated, let seat = session.seat, contests[seat] == nil else {
      return false
    }
    return state.seats[seat]?.rules.isGrantDue(held: session.grantDigest, at: date) ?? false
  }

  /// Ends the sessions that nobody is behind any more.
  private func endSilent() {
    for (id, session) in sessions {
      let silence = now - session.heardAt
      switch session.phase {
      case .opened where now - session.openedAt > Self.helloLimit:
        refuse(id, .malformed("no Hello within \(Self.helloLimit.components.seconds) s"))
      case .challenged where now - session.phaseSince > SessionTiming.challengeLifetime:
        refuse(id, .attestation("the challenge was not answered within 60 s"))
      case .offering where now - session.phaseSince > SessionTiming.challengeLifetime:
        refuse(id, .attestation("no keys were offered within 60 s"))
      case .seated, .waiting:
        // Whoever is in a doubt hears how it ends, which has a limit of its own.
        if silence > settings.leaseDuration, contestedSeat(of: id) == nil { session.outbox.close() }
      default: break
      }
    }
  }

  /// Which nodes are without a lease. Many at once speak against us, and not against them.
  private func judgeLeases() {
    if cache.entitlement?.mode == .native { return clearTaints() }
    // Who lives may need as long until it is heard again.
    let isJudged = now - startedAt >= settings.leaseDuration
    let expired = state.seats.values.filter { seat in
      isJudged && !seat.isTainted && seat.rules.lease != nil && seat.rules.isTaintWanted(at: now)
    }
    guard !expired.isEmpty else {
      if state.braked != nil { isLifeChanged = true }
      state.braked = nil
      return
    }
    let names = expired.map(\.id.description).sorted()
    let isReleased = state.braked.map { files.consent.releaseBrake.contains($0.name) } ?? false
    switch brake.judge(expired: names, seats: state.seats.count, released: isReleased, at: now) {
    case .hold(let held, let allowed):
      guard state.braked?.nodes != held else { return }
      // One name for as long as the brake holds anybody: a release is for what a person has looked at, and not for the
      // next time.
      let braked = BrakedExpiry(since: state.braked?.since ?? date, nodes: held)
      state.braked = braked
      isLifeChanged = true
      event(
        .massExpiryBraked,
        "\(held.count) of \(state.seats.count) leases expired and \(allowed) may be acted on now: nobody is tainted. "
          + "Look at the operator's network first. "
          + (settings.consent == nil
            ? "Without Consent= in its settings nobody can release that."
            : "ReleaseBrake=\(braked.name) in the consent file lets them be tainted."))
    case .taint:
      if isReleased {
        event(.massExpiryReleased, "\(names.count) nodes are tainted together, as the consent file says.")
      }
      state.braked = nil
      for seat in expired {
        state.seats[seat.id]?.isTainted = true
        state.seats[seat.id]?.isAlive = false
        isLifeChanged = true
        event(
          .leaseExpired, seat.id,
          "Node \(seat.id.node) (\(seat.rules.key.assurance.name)) has not renewed its lease: it is to be tainted.")
      }
    }
  }

  /// Without agents there is nothing to judge, and nobody is tainted for what was.
  private func clearTaints() {
    if let braked = state.braked {
      state.braked = nil
      isLifeChanged = true
      event(.massExpiryReleased, "Mode native: the \(braked.nodes.count) nodes that the brake held are not tainted.")
    }
    for (id, seat) in state.seats where seat.isTainted {
      state.seats[id]?.isTainted = false
      isLifeChanged = true
      event(.leaseRestored, id, "Mode native: the taint of node \(id.node) goes.")
    }
  }

  // MARK: Going away

  /// Sends the nodes away, each with a window to come back within; their leases and seats stay.
  func drain() async {
    guard !isDraining else { return }
    isDraining = true
    event(.draining, "\(sessions.count) sessions are sent away and come back within \(settings.reconnectWindow)")
    for id in sessions.keys { sendAway(id, within: settings.reconnectWindow, "The operator restarts.") }
    // What was promised was saved when it was promised; this is for those who look at the file.
    try? await save()
  }

  /// Sends a node away that is to come back within a window; its lease and its seat stay.
  func sendAway(_ id: UInt64, within window: Duration, _ reason: String) {
    guard let session = sessions[id], session.phase != .over else { return }
    session.outbox.send(
      .drain(
        .with {
          $0.reconnectWindowMs = window.wholeMilliseconds
          $0.reason = reason
        }))
    end(id)
  }
}
