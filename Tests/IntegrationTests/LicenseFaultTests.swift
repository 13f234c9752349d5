import Foundation
import TestSupport
import Testing

/// The fault matrix of the license between the programs themselves: what must hold is the name of the test or of its row.
@Suite("The license's faults, between real programs", .enabled(if: LicenseNetwork.isPossible))
enum LicenseFaultTests {
  /// A row: what happens, and what must hold.
  struct Cell: Sendable {
    var name: String
    var body: @Sendable () throws -> Void

    init(_ name: String, _ body: @escaping @Sendable () throws -> Void) { (self.name, self.body) = (name, body) }
  }

  // More at once than that, and a small machine is so slow that leases end by themselves.
  private static let places = DispatchSemaphore(value: 2)

  /// Everything that a license takes, for `body`; nothing of it runs afterwards, whatever became of it. What does not hold
  /// is an issue of the test that asks. It has a thread of its own: a test that waits must not hold up those that work.
  static func withNetwork(_ body: @escaping @Sendable (LicenseNetwork) throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
      Thread.detachNewThread {
        places.wait()
        let result = Result { try alone(body) }
        places.signal()
        done.resume(with: result)
      }
    }
  }

  private static func alone(_ body: (LicenseNetwork) throws -> Void) throws {
    let network = try LicenseNetwork()
    let result = Result { try body(network) }
    network.end()
    try result.get()
    let left = LicenseProgram.running(having: Array(network.folder.url.lastPathComponent.utf8))
    try LicenseUnmet.unless(left.isEmpty, "still running: \(left)")
  }

  /// Every row on a thread of its own, at most `width` at once; throws what does not hold, each row by its name.
  static func check(_ cells: [Cell], width: Int = .max) throws {
    let failures = LicenseThreads.run(cells.count, width: width) { try cells[$0].body() }
    let words = failures.sorted { $0.key < $1.key }.map { "\(cells[$0.key].name): \($0.value)" }
    try LicenseUnmet.unless(words.isEmpty, words.joined(separator: "\n"))
  }
}
