import Foundation
import SystemdRuntime
import TestSupport
import Testing

/// A real systemd, and what its own systemctl prints, against what is read.
@Suite("A booted node's systemd", .serialized, .enabled(if: LabNode.isThere, Comment(rawValue: LabNode.whyNot)))
struct LabNodeTests {
  private static let units = [
    "steady.service": "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n",
    "broken.service": "[Service]\nExecStart=/bin/false\n[Install]\nWantedBy=multi-user.target\n",
    "again.service": "[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/bin/false\nRestart=always\nRestartSec=1\n"
      + "[Install]\nWantedBy=multi-user.target\n",
    "once.service": "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n"
      + "[Install]\nWantedBy=multi-user.target\n",
  ]

  /// Reads until `isEnough`, or the last of what was read.
  private func reading(
    _ bus: SystemdBus, _ names: [String], until isEnough: (SystemdReading) -> Bool
  ) throws -> SystemdReading {
    let deadline = ContinuousClock.now + .seconds(120)
    while true {
      do throws(SystemdError) {
        let reading = try bus.read(units: names, within: .seconds(10))
        if isEnough(reading) || ContinuousClock.now > deadline { return reading }
      } catch {
        if ContinuousClock.now > deadline { throw error }
      }
      usleep(200_000)
    }
  }

  @Test("failed units, units that restart and units that stay are what systemctl says, also when systemd starts anew")
  func everything() throws {
    let node = try LabNode(units: Self.units)
    let names = ["steady.service", "broken.service", "again.service", "once.service", "gone.service"]
    let bus = SystemdBus(addresses: node.addresses)
    let reading = try reading(bus, names) { reading in
      reading.systemState == "degraded" && (reading.units[2].restarts ?? 0) > 1
    }
    #expect(reading.systemState == "degraded")
    #expect(reading.version == (try node.run(["systemctl", "show", "--property=Version", "--value"])))
    let failed = try node.run(["systemctl", "list-units", "--failed", "--plain", "--no-legend", "--full"])
    #expect(
      reading.failedUnits.map(\.name)
        == failed.split(separator: "\n").map { String($0.split(separator: " ")[0]) }.sorted())
    #expect(reading.failedUnits.map(\.name).contains("broken.service"))
    try #require(reading.units.count == names.count)
    let (steady, broken, again) = (reading.units[0], reading.units[1], reading.units[2])
    let (once, gone) = (reading.units[3], reading.units[4])
    #expect(steady.activeState == .active && steady.subState == "running" && steady.restarts == 0)
    #expect(broken.activeState == .failed)
    #expect(again.activeState != .failed && (again.restarts ?? 0) > 1)
    #expect(once.activeState == .active && once.subState == "exited")
    #expect(gone.loadState == "not-found" && gone.lastChange == nil)
    let changed = try node.run(["systemctl", "show", "--property=StateChangeTimestampMonotonic", "--value", "steady"])
    #expect(steady.lastChange.map { "\($0)" } == changed)

    // systemd's own socket does not take a peer whose process it cannot see, which this one is.
    let shared = SystemdBus(addresses: Array(node.addresses.prefix(1)))
    let before = try shared.read(units: names, within: .seconds(10))
    _ = try node.run(["systemctl", "daemon-reexec"])
    let after = try self.reading(shared, names) { $0.units[0].activeState == .active }
    #expect(after.version == before.version)
    #expect(after.units[0].lastChange == before.units[0].lastChange)
    #expect(after.failedUnits.map(\.name).contains("broken.service"))
  }
}
