import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import NodeAgent

/// The executor of the service's tasks, beside Dispatch's in the same program.
@Suite("Tasks on an event loop")
struct LoopTaskExecutorTests {
  private func on<Value: Sendable>(
    _ operation: @escaping @Sendable (any EventLoop) async throws -> Value
  ) async throws -> Value {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loop = group.next()
    let result = await Task(executorPreference: LoopTaskExecutor(loop)) { try await operation(loop) }.result
    try await group.shutdownGracefully()
    return try result.get()
  }

  @Test("a task, its children and what it sleeps for are the loop's")
  func stays() async throws {
    let seen = try await on { loop in
      var seen = [loop.inEventLoop]
      try await Task.sleep(for: .milliseconds(20))
      seen.append(loop.inEventLoop)
      await Task.yield()
      seen.append(loop.inEventLoop)
      await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<3 { group.addTask { loop.inEventLoop } }
        for await child in group { seen.append(child) }
      }
      return seen
    }
    #expect(seen == Array(repeating: true, count: 6))
  }

  private final class Order: Sendable {
    let ended = Mutex<[Int]>([])
  }

  @Test("a sleep lasts what it is to last, by either clock, and many end in their order")
  func sleeps() async throws {
    let (continuous, suspending, order) = try await on { _ in
      let continuous = try await ContinuousClock().measure { try await Task.sleep(for: .milliseconds(80)) }
      let suspending = try await SuspendingClock().measure {
        try await Task.sleep(for: .milliseconds(80), clock: .suspending)
      }
      let order = Order()
      // From one moment, which comes when all of them sleep: whoever begins late on a busy machine ends in its turn.
      let start = ContinuousClock.now + .milliseconds(500)
      await withTaskGroup(of: Void.self) { group in
        for index in (0..<20).reversed() {
          group.addTask {
            try? await Task.sleep(until: start + .milliseconds(20 * index), clock: .continuous)
            order.ended.withLock { $0.append(index) }
          }
        }
      }
      return (continuous, suspending, order.ended.withLock { $0 })
    }
    // A busy machine is late, and never early.
    #expect(continuous >= .milliseconds(80) && continuous < .seconds(10))
    #expect(suspending >= .milliseconds(80) && suspending < .seconds(10))
    #expect(order == Array(0..<20))
  }

  @Test("a sleep that is cancelled ends at once, and what it left behind harms nobody")
  func cancelled() async throws {
    let (passed, wasCancelled) = try await on { _ in
      let sleeper = Task { try await Task.sleep(for: .seconds(600)) }
      let passed = await ContinuousClock().measure {
        try? await Task.sleep(for: .milliseconds(20))
        sleeper.cancel()
        _ = await sleeper.result
      }
      guard case .failure(let error) = await sleeper.result else { return (passed, false) }
      return (passed, error is CancellationError)
    }
    #expect(wasCancelled)
    #expect(passed < .seconds(10))
  }

  @Test("a sleep of a clock whose durations are of its own kind ends too")
  func anotherClock() async throws {
    let passed = try await on { loop in
      let executor = LoopTaskExecutor(loop)
      let began = ContinuousClock.now
      await withCheckedContinuation { done in
        executor.schedule(at: FrameClock.Instant(frame: 3), by: FrameClock(began: began)) { done.resume() }
      }
      return ContinuousClock.now - began
    }
    #expect(passed >= .milliseconds(120))
  }
}

/// Counts frames of 40 ms, and has no other unit.
private struct FrameClock: Clock {
  struct Frames: DurationProtocol {
    var count: Int
    static let zero = Frames(count: 0)
    static func < (left: Frames, right: Frames) -> Bool { left.count < right.count }
    static func + (left: Frames, right: Frames) -> Frames { Frames(count: left.count + right.count) }
    static func - (left: Frames, right: Frames) -> Frames { Frames(count: left.count - right.count) }
    static func / (left: Frames, right: Int) -> Frames { Frames(count: left.count / right) }
    static func * (left: Frames, right: Int) -> Frames { Frames(count: left.count * right) }
    static func / (left: Frames, right: Frames) -> Double { Double(left.count) / Double(right.count) }
  }

  struct Instant: InstantProtocol {
    var frame: Int
    func advanced(by duration: Frames) -> Instant { Instant(frame: frame + duration.count) }
    func duration(to other: Instant) -> Frames { Frames(count: other.frame - frame) }
    static func < (left: Instant, right: Instant) -> Bool { left.frame < right.frame }
  }

  let began: ContinuousClock.Instant
  var now: Instant { Instant(frame: Int((ContinuousClock.now - began) / .milliseconds(40))) }
  var minimumResolution: Frames { Frames(count: 1) }
  func sleep(until deadline: Instant, tolerance: Frames?) async throws {}
}
