import Foundation
import Synchronization
import SystemdRuntime
import TestSupport
import Testing

@testable import NodeAgent

@Suite("What the agent tells systemd")
struct ServiceReportTests {
  /// What was sent, and a clock that a test turns.
  final class Observer: Sendable {
    let sent = Mutex<[[ServiceNotification]]>([])
    let time = Atomic<UInt64>(1_000_000)

    var words: [String] { sent.withLock { $0.map { $0.map(\.text).joined(separator: " ") } } }

    func report(limit: Duration) -> (LoopLiveness, ServiceReport) {
      let liveness = LoopLiveness(limit: limit) { self.time.load(ordering: .relaxed) }
      return (liveness, ServiceReport(liveness) { sent in self.sent.withLock { $0.append(sent) } })
    }

    func pass(seconds: UInt64) { time.add(seconds * 1_000_000, ordering: .relaxed) }
  }

  @Test("a loop hangs once it was silent for longer than the limit, and lives again with its next word")
  func liveness() {
    let observer = Observer()
    let (liveness, _) = observer.report(limit: .seconds(30))
    #expect(liveness.fault == nil)
    observer.pass(seconds: 30)
    #expect(liveness.fault == nil)
    observer.pass(seconds: 1)
    #expect(liveness.fault == "the agent's loop has not come round for 31 s")
    liveness.beat()
    #expect(liveness.fault == nil)
  }

  @Test("ready is said once, a status when it changes, and nothing but the end after the end")
  func order() {
    let observer = Observer()
    let (_, report) = observer.report(limit: .seconds(30))
    report.status("connecting")
    report.ready()
    report.ready()
    report.status("connecting")
    report.status("licensed\nREADY=1")
    report.stopping()
    report.status("gone")
    #expect(
      observer.words == ["STATUS=connecting", "READY=1", "STATUS=licensed READY=1", "STOPPING=1"])
  }

  @Test("a reload is said with its moment, and that it is over")
  func reload() {
    let observer = Observer()
    let (_, report) = observer.report(limit: .seconds(30))
    report.reloading()
    report.reloaded()
    #expect(observer.words.count == 2)
    #expect(observer.words[0].hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
    #expect(observer.words[1] == "READY=1")
  }

  @Test("the watchdog hears of a loop that lives, and of none that hangs")
  func watchdog() async throws {
    let observer = Observer()
    let (liveness, report) = observer.report(limit: .seconds(30))
    let watch = Task { await report.watch(every: .milliseconds(20)) }
    try await wait { observer.words.count >= 2 }
    #expect(Set(observer.words) == ["WATCHDOG=1"])
    observer.pass(seconds: 60)
    let count = observer.words.count
    try await Task.sleep(for: .milliseconds(400))
    // One may have been on its way.
    let silent = observer.words.count
    #expect(silent <= count + 1)
    liveness.beat()
    try await wait { observer.words.count > silent }
    watch.cancel()
    await watch.value
  }

  private func wait(_ condition: () -> Bool) async throws {
    for _ in 0..<1000 {
      if condition() { return }
      try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("it did not come")
  }
}
