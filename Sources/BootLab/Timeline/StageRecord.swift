/// Turns the events of one unit, in their order, into its starts.
struct StageRecord {
  private(set) var attempts: [StageTiming.Attempt] = []
  private var isOpen = false

  mutating func add(_ kind: UnitEvent.Kind, at time: Duration) {
    switch kind {
    case .starting:
      attempts.append(StageTiming.Attempt(started: time))
      isOpen = true
    case .ready:
      if !isOpen || attempts[attempts.count - 1].failed != nil { attempts.append(StageTiming.Attempt()) }
      attempts[attempts.count - 1].ready = attempts[attempts.count - 1].ready ?? time
      isOpen = true
    case .skipped(let reason):
      if isOpen, attempts[attempts.count - 1].ready == nil { attempts.removeLast() }
      attempts.append(StageTiming.Attempt(started: time, skipped: reason))
      isOpen = false
    case .failed(let result):
      fail(result, at: time)
    case .startFailed(let result):
      // Where the unit itself failed, systemd has said so in better words just before.
      if !isOpen, attempts.last?.failed != nil, result != "dependency" { return }
      fail(result, at: time)
    case .succeeded:
      // A oneshot that does not remain has ended before it is said to have started.
      if isOpen, attempts[attempts.count - 1].ready != nil { isOpen = false }
    case .stopped:
      isOpen = false
    case .restartScheduled: break
    }
  }

  private mutating func fail(_ result: String, at time: Duration) {
    if !isOpen { attempts.append(StageTiming.Attempt()) }
    attempts[attempts.count - 1].failed = .init(at: time, result: result)
    isOpen = false
  }
}
