import Foundation
import Glibc
import TestSupport
import Testing

@testable import NodeIdentity

/// Counts the steps of the store, and ends the process at one of them as `kill -9` does.
// Unchecked: the count is only touched with `lock` held.
private final class StepCounter: @unchecked Sendable {
  private let lock = NSLock()
  private var count = 0
  private let last: Int

  init(endingAt last: Int) { self.last = last }

  func step() {
    lock.lock()
    defer { lock.unlock() }
    if count == last { kill(getpid(), SIGKILL) }
    count += 1
  }

  var steps: Int { lock.withLock { count } }
}

@Suite("A kill at any step of enrolment and renewal", .timeLimit(.minutes(5)))
struct KillTests {
  /// What an agent does, from where the folder stands: with a certificate it renews, without one it enrolls.
  static func work(_ store: IdentityStore, _ issuer: TestIssuer) throws {
    let now = secondsNow
    let stored = try store.read(nil, at: now)
    if stored.next != nil { try store.promote() }
    let key: NodeKey
    if let pending = try store.read(nil, at: now).pendingKey {
      key = pending
    } else {
      key = try NodeKey.makeForFile()
      try store.keep(pending: key)
    }
    try store.keep(next: try issuer.certificate(key))
    try store.promote()
  }

  @Test("leaves a usable pair where there was one, and the work goes on to its end")
  func killed() async throws {
    let issuer = try TestIssuer("org-a")
    // How many steps an undisturbed enrolment and renewal take.
    let counter = StepCounter(endingAt: .max)
    let calm = try TemporaryFolder()
    let store = IdentityStore(folder: calm.url.path + "/identity") { _, _ in counter.step() }
    try Self.work(store, issuer)
    let enrolment = counter.steps
    try Self.work(store, issuer)
    let total = counter.steps
    #expect(enrolment > 15 && total > 2 * enrolment - 2)
    for last in 0..<total {
      let folder = try TemporaryFolder()
      let path = folder.url.path + "/identity"
      await #expect(processExitsWith: .signal(SIGKILL), "step \(last)") { [last = last as Int, path = path as String] in
        let counter = StepCounter(endingAt: last)
        let store = IdentityStore(folder: path) { _, _ in counter.step() }
        let issuer = try TestIssuer("org-a")
        try KillTests.work(store, issuer)
        try KillTests.work(store, issuer)
      }
      let store = IdentityStore(folder: path)
      let stored = try store.read(nil, at: secondsNow)
      #expect(stored.faults.isEmpty, "step \(last): \(stored.faults)")
      // Once the first certificate is there, there always is one.
      if last >= enrolment { #expect(!stored.usable(at: secondsNow).isEmpty, "step \(last)") }
      try Self.work(store, issuer)
      let after = try store.read(nil, at: secondsNow)
      #expect(after.current != nil && after.next == nil && after.pendingKey == nil && after.faults.isEmpty)
      let names = try FileManager.default.contentsOfDirectory(atPath: path)
      #expect(names.count == 2, "step \(last): \(names)")
    }
  }
}
