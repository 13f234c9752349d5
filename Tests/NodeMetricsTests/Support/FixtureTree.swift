import Foundation
import HostFS
import NodeMetrics
import TestSupport
import Testing

/// A tree of a host's files, captured from a kernel or written from its documentation, as the name says.
struct FixtureTree: Sendable, CustomTestStringConvertible {
  static let captured = FixtureTree("captured-debian-12-linux-6.18-cgroup-v1")
  static let server = FixtureTree("written-server-linux-6.12-cgroup-v2")
  static let manyCores = FixtureTree("written-arm64-128-cores-linux-4.14-cgroup-v1")
  static let unified = FixtureTree("captured-debian-13-linux-6.18-cgroup-v2")
  static let manyDisks = FixtureTree("written-64-disks-linux-5.4-cgroup-v2")
  static let all = [captured, unified, server, manyCores, manyDisks]

  let name: String

  init(_ name: String) { self.name = name }

  var testDescription: String { name }

  static let folder = SharedFolder.checkout.appendingPathComponent("Tests/NodeMetricsTests/Fixtures")

  var url: URL { Self.folder.appendingPathComponent(name) }

  func root() throws -> HostRoot { try HostRoot(rootfs: url.path) }

  /// A sample of the tree in which nothing depends on when and where it was taken.
  func snapshot() throws -> NodeSnapshot { try Self.snapshot(of: url) }

  static func snapshot(of url: URL) throws -> NodeSnapshot {
    var snapshot = NodeSampler(root: try HostRoot(rootfs: url.path), limits: patient, calls: calls).sample(
      units: .measured(units, at: time), kubelet: .measured(kubelet, at: time))
    for index in snapshot.runs.indices {
      snapshot.runs[index].duration = 1_500_000
      if snapshot.runs[index].lastMeasured != nil { snapshot.runs[index].lastMeasured = time }
    }
    for index in snapshot.filesystems.reading?.mounts.indices ?? 0..<0 {
      guard case .measured(var reading, let at) = snapshot.filesystems else { continue }
      if case .measured(let space, _) = reading.mounts[index].space {
        reading.mounts[index].space = .measured(space, at: time)
      }
      snapshot.filesystems = .measured(reading, at: at)
    }
    if case .measured(var identity, let at) = snapshot.identity {
      identity.machine = "x86_64"
      snapshot.identity = .measured(identity, at: at)
    }
    return snapshot
  }

  static let time: UInt64 = 5_000_000_000

  /// What a tree says does not depend on how much else the machine does that reads it.
  static let patient: NodeSampler.Limits = {
    var limits = NodeSampler.Limits()
    limits.mount = 60_000_000_000
    limits.collector = 120_000_000_000
    limits.total = 240_000_000_000
    return limits
  }()

  /// Every mount has the same space, and the clock stands still and in step.
  static var calls: NodeSampler.Calls {
    var calls = NodeSampler.Calls()
    calls.bootTime = { time }
    calls.wallTime = { 1_760_000_000_000_000_000 }
    calls.space = { _ in
      FileSystemSpace(size: 100 << 30, free: 60 << 30, available: 50 << 30, files: 1_000_000, filesFree: 900_000)
    }
    calls.clock = {
      var clock = ClockDiscipline()
      clock.isSynchronised = true
      clock.offset = -1_234
      clock.frequency = 65_536 * 12 + 32_768
      clock.maximumError = 5_000
      clock.estimatedError = 250
      clock.status = 8193
      clock.timeConstant = 7
      clock.tick = 10_000
      clock.tai = 37
      clock.now = 1_760_000_000_123_456_789
      return clock
    }
    return calls
  }

  static let units = UnitReading(
    systemState: "degraded",
    units: [
      .init(name: "kubelet.service", activeState: "active", subState: "running", restarts: 2),
      .init(name: "openbao.service", activeState: "failed", subState: "failed"),
    ], failed: ["openbao.service"])

  static let kubelet = KubeletReading(
    isHealthy: false, checks: [.init(name: "ping", isHealthy: true), .init(name: "syncloop", isHealthy: false)],
    isRuntimeHealthy: true, pods: [.init(name: "Pending", count: 1), .init(name: "Running", count: 20)],
    runningPods: 20,
    certificates: [
      .init(name: "kubelet-serving", notBefore: 1_759_900_000, notAfter: 1_791_436_000),
      .init(name: "kubelet-client", notAfter: 1_760_003_600),
    ], unavailable: [.init(name: "/pods", reason: "the kubelet does not allow it")])
}
