import Synchronization
import Testing

@testable import OperatorDev

@Suite("Answers to one call")
struct AnswerTurnTests {
  private struct Failure: Error {}

  private final class Record: Sendable {
    let said = Mutex<[Int]>([])
    let inside = Mutex(0)
  }

  @Test("one after the other, in their order, and one that fails holds up none")
  func order() async throws {
    let turn = AnswerTurn()
    let record = Record()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<20 {
        group.addTask {
          do {
            try await turn.take {
              let count = record.inside.withLock { inside -> Int in
                inside += 1
                return inside
              }
              #expect(count == 1)
              try await Task.sleep(for: .milliseconds(2))
              record.said.withLock { $0.append(number) }
              record.inside.withLock { $0 -= 1 }
              if number == 0 { throw Failure() }
            }
          } catch is Failure {}
        }
        // Each begins before the next.
        try await Task.sleep(for: .milliseconds(1))
      }
      try await group.waitForAll()
    }
    #expect(record.said.withLock { Set($0) } == Set(0..<20))
  }
}
