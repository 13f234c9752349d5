import HostFS
import Kubelet
import NodeMetrics
import SystemdRuntime
import Testing

@testable import ll_agent

@Suite("The view for people")
struct WatchViewTests {
  private static func view(_ snapshot: NodeSnapshot, width: Int = 80, height: Int = 40) -> [StyledLine] {
    WatchView(nodeName: "worker-1", snapshot: snapshot, previous: nil, width: width, height: height).lines
  }

  @Test("what is wrong stands before what may become so, and before everything else")
  func order() {
    var snapshot = NodeSnapshot()
    snapshot.units = .measured(
      UnitReading(
        systemState: "degraded",
        units: [
          .init(name: "crio.service", activeState: "activating", subState: "auto-restart", restarts: 12),
          .init(name: "kubelet.service", activeState: "active", subState: "running", restarts: 0),
          .init(name: "gone.service", activeState: "not-found", subState: "dead"),
        ], failed: ["bad.service"]), at: 1)
    snapshot.conditions = [
      Condition(.kubeletUnhealthy, .isTrue, reason: "KubeletUnhealthy", message: "failing: syncloop"),
      Condition(.clockSkewed, .unknown, reason: "x", message: "y"),
      Condition(.kernelDeadlock, .isFalse, reason: "x", message: "y"),
    ]
    let lines = Self.view(snapshot)
    #expect(
      lines[2...5].map(\.text) == [
        "✗ KubeletUnhealthy: failing: syncloop", "✗ bad.service: failed", "✗ gone.service: not-found",
        "! crio.service: activating (auto-restart), restarted 12 times",
      ])
    #expect(lines[2...5].map(\.style) == [.wrong, .wrong, .wrong, .worrying])
    #expect(lines.contains { $0.text == "systemd   degraded   1 of 3 units active" })
  }

  @Test("with nothing wrong it says so")
  func quiet() { #expect(Self.view(NodeSnapshot())[2] == StyledLine("nothing is wrong", .good)) }

  @Test("no line is longer than the terminal and no view higher; what is wrong is the last to go")
  func size() {
    var snapshot = NodeSnapshot()
    snapshot.units = .measured(
      UnitReading(systemState: "degraded", units: [], failed: (0..<50).map { "a-rather-long-name-\($0).service" }),
      at: 1)
    for (width, height) in [(80, 24), (20, 5), (2, 1), (1, 1), (300, 200)] {
      let lines = Self.view(snapshot, width: width, height: height)
      #expect(lines.count <= max(4, height - 1))
      if width > 1 { #expect(lines.allSatisfy { $0.text.count <= width }) }
      #expect(lines.contains { $0.style == .wrong })
    }
  }

  @Test("no name from outside steers the terminal")
  func escapes() {
    #expect(StyledLine("/mnt/\u{1b}[2J\u{7}\r\nx\u{7f}").text == "/mnt/·[2J···x·")
    #expect(StyledLine("/mnt/\u{9b}2J\u{202e}\u{2028}ä€").text == "/mnt/·2J··ä€")
  }

  @Test(
    "bars show a trace of anything and are full only of everything",
    arguments: [
      (0, "░░░░", "0.0 %"), (1, "▏░░░", "0.0 %"), (730, "▎░░░", "7.3 %"), (5000, "██░░", "50 %"),
      (9999, "███▉", "99 %"),
      (10_000, "████", "100 %"), (99_999, "████", "100 %"),
    ] as [(UInt64, String, String)])
  func bars(_ hundredths: UInt64, _ bar: String, _ percent: String) {
    let share = Share(hundredths: hundredths)
    #expect(share.bar(4) == bar)
    #expect(share.percent == percent)
  }

  @Test(
    "sizes have the unit that a person would choose",
    arguments: [
      (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (10_239, "9.9 KiB"), (10_240, "10 KiB"), (1 << 20, "1.0 MiB"),
      (UInt64.max, "16 EiB"),
    ] as [(UInt64, String)])
  func sizes(_ bytes: UInt64, _ text: String) { #expect(Bytes.text(bytes) == text) }

  @Test("the largest sizes make no share wrong")
  func extremes() {
    #expect(Share(used: .max, of: .max).hundredths == 10_000)
    #expect(Share(used: 5, of: 0).hundredths == 0)
    let space = FileSystemSpace(size: .max, free: 0, available: .max, files: 0, filesFree: 0)
    #expect(Share(space).hundredths <= 10_000)
  }
}
