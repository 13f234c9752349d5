import Glibc
import HostFS

/// A piece of work that may never come back.
///
/// Between `Relay.run` calls it belongs to the caller, unless it is `overdue`: then it belongs to the thread that was
/// sacrificed to it, until that comes back. Subclasses keep what they found in members that obey the same rule.
class RelayTask: @unchecked Sendable {
  /// What became of it, guarded by the relay's lock.
  enum State: Equatable {
    case idle
    case running(since: UInt64)
    case finished
  }

  fileprivate(set) var state = State.idle
  /// How long the last run took, in nanoseconds.
  fileprivate(set) var lastDuration: UInt64 = 0
  /// When the last run ended, by the boot clock.
  fileprivate(set) var lastEnd: UInt64 = 0

  /// Its name in the output.
  var name: String { "" }

  /// Does it, on a thread that has `root` to itself.
  func perform(_ root: HostRoot) {}

  /// What became of it, where the relay says `verdict`.
  func result(_ verdict: Relay.Verdict) -> CollectorRun.Result { .unavailable(.notCollected) }
}

/// Runs tasks one after the other on a thread of its own. A task that does not come back within its time costs that
/// thread, which is left to wait, and the next task gets another: nothing that hangs holds up what comes after it.
final class Relay {
  /// What became of a task.
  enum Verdict: Equatable {
    case finished
    /// It was begun this long ago, in nanoseconds, and is not back.
    case overdue(UInt64)
    case notTried
  }

  private let shared: RelayState

  /// At most this many threads wait for what may never come back; then nothing is begun until one does.
  static let threadLimit = 16

  init(_ origin: HostRoot.Origin) { shared = RelayState(origin) }

  deinit { shared.locked { shared.abandon() } }

  /// What is left of the total for each task is no less than this, in nanoseconds: a busy machine is not a dead one.
  static let leastShare: UInt64 = 30_000_000

  /// Runs each task that is not overdue from before, and returns when all have finished or have had `limit` nanoseconds
  /// each, `total` together.
  /// - Parameter isShared: whether, once one was overdue, the others have to share what is left of the total. That is for
  ///   tasks that answer at once or never: the first to hang is waited for, and many do not use up the time of those
  ///   behind them.
  func run(_ tasks: [RelayTask], limit: UInt64, total: UInt64, isShared: Bool = false) -> [Verdict] {
    shared.locked {
      let begin = BootClock.now()
      var ready: [RelayTask] = []
      for task in tasks where shared.makeReady(task) { ready.append(task) }
      shared.begin(ready)
      let end = begin + total
      var hasLost = false
      while shared.finished < ready.count, shared.lost < Self.threadLimit {
        let now = BootClock.now()
        if now >= end { break }
        let left = UInt64(max(1, ready.count - shared.finished))
        func allowed(since: UInt64) -> UInt64 {
          isShared && hasLost ? min(limit, max(Self.leastShare, (end - min(end, since)) / left)) : limit
        }
        if let current = shared.current, case .running(let since) = current.state {
          let due = since + allowed(since: since)
          if now < due {
            shared.wait(nanoseconds: min(end, due) - now)
            continue
          }
        } else {
          // A thread does not say when it begins something, so nobody may wait for longer than it could have hung.
          shared.wait(nanoseconds: min(end - now, allowed(since: now)))
          continue
        }
        shared.sacrifice()
        hasLost = true
      }
      if shared.finished < ready.count { shared.sacrifice(startAnother: false) }
      let now = BootClock.now()
      return tasks.map { task in
        switch task.state {
        case .finished: .finished
        case .running(let since): .overdue(now - since)
        case .idle: .notTried
        }
      }
    }
  }
}

/// What the caller and the threads of a relay share. Every member is guarded by `mutex`.
final class RelayState: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let origin: HostRoot.Origin
  private var queue: [RelayTask] = []
  private var next = 0
  /// Threads of an older generation end when they come back.
  private var generation = 0
  private var hasThread = false
  private(set) var finished = 0
  private(set) var lost = 0
  private(set) var current: RelayTask?

  init(_ origin: HostRoot.Origin) {
    self.origin = origin
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    // A wall clock that is set must not make a deadline come early or never.
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(changed, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  /// Whether the task can be begun: it is not out with a lost thread. The lock is held.
  func makeReady(_ task: RelayTask) -> Bool {
    if case .running = task.state { return false }
    task.state = .idle
    return true
  }

  /// Hands the tasks to a thread. The lock is held.
  func begin(_ tasks: [RelayTask]) {
    queue = tasks
    next = 0
    finished = 0
    current = nil
    if tasks.isEmpty || lost >= Relay.threadLimit { return }
    if hasThread { pthread_cond_broadcast(changed) } else { startThread() }
  }

  /// Leaves the thread to what it waits for. The lock is held.
  func sacrifice(startAnother: Bool = true) {
    if current != nil {
      finished += 1
      lost += 1
    }
    generation += 1
    hasThread = false
    current = nil
    if startAnother, next < queue.count, lost < Relay.threadLimit { startThread() }
    if !startAnother { queue = [] }
    // A thread that has nothing to do hears that it is not wanted.
    pthread_cond_broadcast(changed)
  }

  /// Lets every thread end. The lock is held.
  func abandon() {
    generation += 1
    hasThread = false
    queue = []
    pthread_cond_broadcast(changed)
  }

  /// Waits until a thread says something, at most so long. The lock is held, but not while waiting.
  func wait(nanoseconds: UInt64) {
    var until = timespec()
    clock_gettime(CLOCK_MONOTONIC, &until)
    let sum = UInt64(until.tv_nsec) + nanoseconds
    until.tv_sec += Int(sum / 1_000_000_000)
    until.tv_nsec = Int(sum % 1_000_000_000)
    pthread_cond_timedwait(changed, mutex, &until)
  }

  private func startThread() {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 512 << 10)
    defer { pthread_attr_destroy(&attributes) }
    var thread = pthread_t()
    let start = RelayStart(self, generation)
    let argument = Unmanaged.passRetained(start)
    let result = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        let start = Unmanaged<RelayStart>.fromOpaque(argument).takeRetainedValue()
        start.state.serve(start.generation)
        return nil
      }, argument.toOpaque())
    if result != 0 {
      // Without a thread the tasks stay untried, and the caller does not wait for them.
      argument.release()
      queue = []
      finished = Int.max
      return
    }
    hasThread = true
  }

  /// What a thread does until it is not wanted any more.
  fileprivate func serve(_ mine: Int) {
    let root = origin.root()
    pthread_mutex_lock(mutex)
    while generation == mine {
      guard next < queue.count else {
        pthread_cond_wait(changed, mutex)
        continue
      }
      let task = queue[next]
      next += 1
      let since = BootClock.now()
      task.state = .running(since: since)
      current = task
      pthread_mutex_unlock(mutex)
      task.perform(root)
      pthread_mutex_lock(mutex)
      task.state = .finished
      task.lastEnd = BootClock.now()
      task.lastDuration = task.lastEnd - since
      if generation == mine {
        current = nil
        finished += 1
        if finished >= queue.count { pthread_cond_broadcast(changed) }
      } else {
        // The task came back after all, and this thread is not one that is waited for any more.
        lost -= 1
      }
    }
    pthread_mutex_unlock(mutex)
  }
}

/// What a new thread is told.
private final class RelayStart {
  let state: RelayState
  let generation: Int

  init(_ state: RelayState, _ generation: Int) {
    self.state = state
    self.generation = generation
  }
}
