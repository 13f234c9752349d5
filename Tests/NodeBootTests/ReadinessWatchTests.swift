import Diagnostics
import NodeBoot
import Synchronization
import Testing

@Suite("Waiting: what is told, and when")
struct ReadinessWatchTests {
  /// Gives one status after another, one per look, the last one for ever.
  struct Script: ReadinessCheck {
    var looks: [[String]]

    mutating func check() async -> [ReadinessStatus] {
      let faults = looks.count > 1 ? looks.removeFirst() : looks[0]
      return [ReadinessStatus(name: "a", path: "/a", findings: faults.map { Finding(.error, $0) })]
    }
  }

  /// A clock on which sleeping takes no time.
  final class ManualClock: Clock, Sendable {
    typealias Instant = ContinuousClock.Instant
    private let elapsed = Mutex(Duration.zero)
    private let start = ContinuousClock.now

    var now: Instant { start + elapsed.withLock { $0 } }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
      elapsed.withLock { $0 = start.duration(to: deadline) }
    }
  }

  func told(_ looks: [[String]]) async -> [String] {
    var check = Script(looks: looks)
    var told: [String] = []
    await ReadinessWatch().run(&check, clock: ManualClock()) { event in
      switch event {
      case .missing(let statuses, let waited):
        told.append("\(waited.components.seconds) missing \(statuses.flatMap(\.findings).map(\.message))")
      case .stillMissing(_, let waited): told.append("\(waited.components.seconds) still")
      case .ready(_, let waited): told.append("\(waited.components.seconds) ready")
      }
    }
    return told
  }

  @Test("what is ready at once is told once")
  func atOnce() async {
    #expect(await told([[]]) == ["0 ready"])
  }

  @Test("what is missing is told when it changes, not at each look")
  func changes() async {
    let looks = [["x"], ["x"], ["x"], ["x", "y"], ["y"], ["y"], []]
    #expect(await told(looks) == ["0 missing [\"x\"]", "3 missing [\"x\", \"y\"]", "4 missing [\"y\"]", "6 ready"])
  }

  @Test("every thirty seconds without a change there is a reminder")
  func reminders() async {
    let looks = Array(repeating: ["x"], count: 45) + [["y"]] + Array(repeating: ["y"], count: 34) + [[]]
    #expect(
      await told(looks) == ["0 missing [\"x\"]", "30 still", "45 missing [\"y\"]", "75 still", "80 ready"])
  }

  @Test("cancelling ends it without a word")
  func cancelled() async {
    let task = Task {
      var check = Script(looks: [["x"]])
      var count = 0
      await ReadinessWatch(interval: .seconds(3600)).run(&check) { _ in count += 1 }
      return count
    }
    task.cancel()
    #expect(await task.value <= 1)
  }
}
