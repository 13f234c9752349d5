import Dispatch
import Testing

/// Runs a suite's tests away from the few threads that all tests share: others block them for seconds, and these have
/// deadlines.
struct OwnQueue: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  private final class Executor: TaskExecutor {
    private let queue = DispatchQueue(label: "tests with deadlines")

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
  }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(Executor()) { try await function() }
  }
}

extension Trait where Self == OwnQueue {
  static var ownQueue: OwnQueue { OwnQueue() }
}
