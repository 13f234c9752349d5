import Foundation

/// Work that waits, on threads of its own: Swift's pool has as many as the machine has processors.
enum LicenseThreads {
  /// Carries out `body` for 0 to `count - 1`, at most `width` at once; what went wrong, in the order of the numbers.
  static func run(_ count: Int, width: Int = .max, _ body: @escaping @Sendable (Int) throws -> Void) -> [Int: any Error]
  {
    let state = Shared()
    let group = DispatchGroup()
    for _ in 0..<min(count, width) {
      group.enter()
      Thread.detachNewThread {
        defer { group.leave() }
        while let number = state.next(below: count) {
          do { try body(number) } catch { state.fail(number, error) }
        }
      }
    }
    group.wait()
    return state.failures
  }

  private final class Shared: @unchecked Sendable {
    private let lock = NSLock()
    // Guarded by `lock`.
    private var number = 0
    private var found: [Int: any Error] = [:]

    var failures: [Int: any Error] { lock.withLock { found } }
    func fail(_ number: Int, _ error: any Error) { lock.withLock { found[number] = error } }
    func next(below count: Int) -> Int? {
      lock.withLock {
        guard number < count else { return nil }
        defer { number += 1 }
        return number
      }
    }
  }
}
