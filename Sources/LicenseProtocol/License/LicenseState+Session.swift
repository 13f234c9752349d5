import SwiftProtobuf

extension LicenseState {
  mutating func take(_ event: LicenseEvent, at now: BootTime) -> [LicenseAction] {
    switch event {
    case .dialing: enter(.dialing, at: now)
    case .opened: enter(.opened(at: now), at: now)
    case .welcomed(let welcome): return take(welcome, at: now)
    case .attestationRequested: isAttesting = true
    case .challenged(let challenge):
      isAttesting = true
      nodeUID = challenge.nodeUid.isEmpty ? nil : challenge.nodeUid
    case .heartbeatSent(let sequence): unanswered.append(Unanswered(sequence: sequence, sent: now))
    case .leaseAcknowledged(let acknowledgement): return take(acknowledgement, at: now)
    case .granted(let grant): return take(grant, at: now)
    case .refused(let refusal): return take(refusal)
    case .fenced(let fenced): return take(fenced)
    case .draining(let drain):
      return leave(Reconnection(.drain, window: .milliseconds(Int64(drain.reconnectWindowMs))))
    case .disconnected(let why):
      enter(.disconnected, at: now)
      disconnection = why
    case .keysChanged(let keys): self.keys = keys
    case .wallClock(let time): wallClock = WallReading(time: time, read: now)
    case .tick: return silence(at: now)
    }
    return []
  }

  private mutating func enter(_ phase: Phase, at now: BootTime) {
    // An operator that is out of reach is dialled again and again: that is one absence.
    if (phase == .welcomed) != (self.phase == .welcomed) { phaseSince = now }
    self.phase = phase
    isAttesting = false
    isLeaving = false
    unanswered = []
    sessionClock = nil
  }

  private mutating func take(_ welcome: Lowlayer_Agent_V1_Welcome, at now: BootTime) -> [LicenseAction] {
    enter(.welcomed, at: now)
    isAttesting = welcome.attestationRequired
    timing = SessionTiming(welcome)
    grantKey = Array(welcome.grantKey)
    refusal = nil
    // Of another session, and maybe of another operator: this one says itself what it grants.
    grantFault = nil
    disconnection = nil
    sessionClock = ServerClock(server: ServerTime(nanoseconds: welcome.serverTimeNs), heard: now)
    return hear(welcome.serverTimeNs, at: now)
  }

  private mutating func take(_ answer: Lowlayer_Agent_V1_LeaseAck, at now: BootTime) -> [LicenseAction] {
    guard let heartbeat = unanswered.last(where: { $0.sequence == answer.sequence }) else { return [] }
    unanswered.removeAll { $0.sequence <= answer.sequence }
    let remaining = min(.milliseconds(Int64(answer.leaseRemainingMs)), timing.leaseDuration)
    if remaining > .zero {
      let end = heartbeat.sent + remaining
      leaseEnd = leaseEnd.map { max($0, end) } ?? end
    }
    return hear(answer.serverTimeNs, at: now)
  }

  private mutating func take(_ refusal: Lowlayer_Agent_V1_Refusal) -> [LicenseAction] {
    self.refusal = refusal
    isAttesting = false
    guard refusal.retryAfterMs > 0 else { return [] }
    let delay: Duration = .milliseconds(Int64(refusal.retryAfterMs))
    return leave(Reconnection(.refused, delay: delay, window: delay / 2))
  }

  private mutating func take(_ fenced: Lowlayer_Agent_V1_Fenced) -> [LicenseAction] {
    fence = fenced
    held = nil
    leaseEnd = nil
    let delay: Duration = .milliseconds(Int64(fenced.retryAfterMs))
    return [.save] + leave(Reconnection(.fenced, delay: delay, window: delay > .zero ? delay / 2 : nil))
  }

  private mutating func leave(_ reconnection: Reconnection) -> [LicenseAction] {
    guard !isLeaving else { return [] }
    isLeaving = true
    return [.reconnect(reconnection)]
  }

  private mutating func silence(at now: BootTime) -> [LicenseAction] {
    if case .opened(let opened) = phase, now - opened >= timing.silenceLimit {
      return leave(Reconnection(.noWelcome))
    }
    if let oldest = unanswered.first, now - oldest.sent >= timing.silenceLimit {
      return leave(Reconnection(.missedLeaseAcks))
    }
    return []
  }

  /// Takes the operator's time, and has it saved when the saved floor is ten minutes behind.
  private mutating func hear(_ nanoseconds: Int64, at now: BootTime) -> [LicenseAction] {
    guard nanoseconds > 0 else { return [] }
    let time = ServerTime(nanoseconds: nanoseconds)
    if clock == nil { clock = ServerClock(server: time, heard: now) } else { clock?.advance(to: time, at: now) }
    guard let clock else { return [] }
    // A floor that is hours old would give a node hours back at each reboot.
    if let savedTime, clock.time(at: now) - savedTime < .seconds(600) { return [] }
    self.clock?.restart(at: now, server: clock.time(at: now))
    savedTime = self.clock?.server
    return [.save]
  }
}
