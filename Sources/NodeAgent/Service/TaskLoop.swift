import NIOCore
import NIOPosix

#if compiler(>=6.3) && compiler(<6.4)
  @_spi(ExperimentalCustomExecutors) @_spi(ExperimentalScheduling) import _Concurrency
#else
  import Dispatch
#endif

/// Runs a program's tasks on one thread's event loop, so that a sleep's end is one thread's wake-up. Dispatch takes three for it, and has
/// a timer of its own that looks at its threads every second as long as the program lives.
///
/// Which executors a program has is an experiment in Swift 6.3 (its `ExecutorFactory`): with any other compiler the tasks are
/// Dispatch's. Source: swiftlang/swift, stdlib/public/Concurrency/Executor.swift; docs/adr/0016-tasks-on-an-event-loop.md.
public enum TaskLoop {
  /// Runs `operation`, and every task that it begins, on the calling thread. To be called once, on the program's first thread and before any
  /// task is there. What blocks a task blocks all of them.
  public static func run(_ operation: @escaping @Sendable () async -> Never) -> Never {
    #if compiler(>=6.3) && compiler(<6.4)
      MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { _ in
        _createExecutors(factory: LoopExecutors.self)
        Task { await operation() }
      }
      preconditionFailure("nothing shuts the loop down")
    #else
      Task { await operation() }
      dispatchMain()
    #endif
  }
}

/// Runs tasks that belong to no other executor, and ends their sleeps.
final class LoopTaskExecutor: TaskExecutor {
  /// A machine that is suspended stands still for the loop's clock, and not for each clock that is slept by.
  private static let longest = Duration.seconds(60)

  private let loop: any EventLoop

  init(_ loop: any EventLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { self.run(job) }
  }

  /// Calls `operation` on the loop once it is `instant` by `clock`.
  func schedule<C: Clock>(at instant: C.Instant, by clock: C, _ operation: @escaping @Sendable () -> Void) {
    let left = clock.now.duration(to: instant)
    guard left > .zero else { return loop.execute(operation) }
    // The length of a duration of another type is not to be had: it is looked at again soon.
    let pause = (left as? Duration).map { min($0, Self.longest) } ?? .milliseconds(10)
    loop.scheduleTask(in: TimeAmount(pause)) { self.schedule(at: instant, by: clock, operation) }
  }

  private func run(_ job: UnownedJob) { job.runSynchronously(on: asUnownedTaskExecutor()) }
}

#if compiler(>=6.3) && compiler(<6.4)
  extension LoopTaskExecutor: SchedulingExecutor {
    func enqueue<C: Clock>(_ job: consuming ExecutorJob, after delay: C.Duration, tolerance: C.Duration?, clock: C) {
      let job = UnownedJob(job)
      schedule(at: clock.now.advanced(by: delay), by: clock) { self.run(job) }
    }

    func enqueue<C: Clock>(_ job: consuming ExecutorJob, at instant: C.Instant, tolerance: C.Duration?, clock: C) {
      let job = UnownedJob(job)
      schedule(at: instant, by: clock) { self.run(job) }
    }
  }

  /// The executors of a program whose tasks belong to the current event loop.
  private enum LoopExecutors: ExecutorFactory {
    private static let loop: any EventLoop = {
      guard let loop = MultiThreadedEventLoopGroup.currentEventLoop else {
        preconditionFailure("this is no event loop's thread")
      }
      return loop
    }()

    static let mainExecutor: any MainExecutor = LoopMainExecutor(loop)
    static let defaultExecutor: any TaskExecutor = LoopTaskExecutor(loop)
  }

  /// Runs what belongs to the main actor.
  private final class LoopMainExecutor: MainExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      loop.execute { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    var isMainExecutor: Bool { true }
    func checkIsolated() { loop.preconditionInEventLoop() }
    func isIsolatingCurrentContext() -> Bool? { loop.inEventLoop }
    func run() { preconditionFailure("the loop runs already") }
    func stop() { preconditionFailure("nothing shuts the loop down") }
  }
#endif
