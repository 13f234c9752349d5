import Foundation
import Testing

/// What a whole suite of boots shares: its machines, which are switched off and gone when the suite is over.
struct SharedMachines: SuiteTrait, TestScoping {
  @TaskLocal static var current: Held?

  /// The machines are handled by one test at a time: the suites that share them are serialized.
  // Unchecked for that reason: no two tests of such a suite run at once.
  final class Held: @unchecked Sendable {
    let machines: LabMachines
    /// The first step that failed, after which nothing is where the others expect it.
    private var failed: String?

    init(_ machines: LabMachines) { self.machines = machines }

    /// The machines, as long as every step so far went well.
    func usable() throws -> LabMachines {
      try #require(failed == nil, "not run: \(failed ?? "") failed before")
      return machines
    }

    func step(_ name: String, _ body: (LabMachines) throws -> Void) throws {
      do {
        try body(usable())
      } catch {
        failed = failed ?? name
        throw error
      }
    }
  }

  /// A step that the later ones need.
  static func step(_ name: String = #function, _ body: (LabMachines) throws -> Void) throws {
    try #require(current).step(name, body)
  }

  /// Below which folder journals and consoles are kept.
  let name: String

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    guard BootLabCluster.runsEverything else { return try await function() }
    let machines = try LabMachines(name)
    defer { machines.end() }
    try await Self.$current.withValue(Held(machines)) { try await function() }
  }
}

extension Trait where Self == ConditionTrait {
  /// Part of `make boot` and of `make boot-all`.
  static var needsLab: Self { .enabled(if: BootLabCluster.folder != nil, Comment(rawValue: BootLabCluster.whyNot)) }

  /// Part of `make boot-all` only.
  static var needsWholeMatrix: Self {
    .enabled(if: BootLabCluster.runsEverything, "LL_LAB and LL_LAB_ALL are not both set (make boot-all)")
  }
}
