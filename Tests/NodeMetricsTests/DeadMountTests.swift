import Foundation
import HostFS
import NodeMetrics
import Synchronization
import TestSupport
import Testing

/// A file system that does not answer, as one of an NFS server that has gone.
private final class DeadMounts: Sendable {
  private let answers = Mutex<Set<String>>([])
  private let asked = Mutex<[String: Int]>([:])
  private let dead: @Sendable (String) -> Bool

  init(_ dead: @escaping @Sendable (String) -> Bool) { self.dead = dead }

  func answer(_ path: String) { answers.withLock { _ = $0.insert(path) } }

  func answerAll(_ paths: [String]) { answers.withLock { $0.formUnion(paths) } }

  func count(_ path: String) -> Int { asked.withLock { $0[path] ?? 0 } }

  var query: FilesystemCollector.SpaceQuery {
    { path throws(ReadError) in
      self.asked.withLock { $0[path, default: 0] += 1 }
      while self.dead(path), !self.answers.withLock({ $0.contains(path) }) { usleep(1000) }
      return FileSystemSpace(size: 10, free: 5, available: 4, files: 3, filesFree: 2)
    }
  }
}

@Suite("What does not answer")
struct DeadMountTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func sampler(_ mounts: Int, _ dead: DeadMounts, limit: UInt64) throws -> NodeSampler {
    let lines = (0..<mounts).map { "\(30 + $0) 1 0:\(50 + $0) / /m\($0) rw - nfs4 server:/\($0) rw\n" }
    try folder.write(lines.joined(), to: "proc/1/mountinfo")
    try folder.write("0.01 0.02 0.03 1/2 3\n", to: "proc/loadavg")
    var calls = FixtureTree.calls
    calls.space = dead.query
    var limits = NodeSampler.Limits()
    limits.mount = limit
    limits.collector = limit * 8
    limits.total = limit * 16
    return NodeSampler(root: try HostRoot(rootfs: folder.url.path), limits: limits, calls: calls)
  }

  /// Whether it comes true within the time that a busy machine may need.
  private func waits(_ isTrue: () throws -> Bool) throws -> Bool {
    for _ in 0..<100 {
      if try isTrue() { return true }
      usleep(50_000)
    }
    return false
  }

  private func path(_ mount: Int) -> String { "\(folder.url.path)/m\(mount)" }

  private func mounts(_ snapshot: NodeSnapshot) throws -> [Mount] {
    try #require(snapshot.filesystems.reading?.mounts)
  }

  @Test("a dead mount costs its own reading, is not asked again until it answers, and then is measured")
  func dead() throws {
    let path = path(1)
    let dead = DeadMounts { $0 == path }
    defer { dead.answer(path) }
    let sampler = try sampler(3, dead, limit: 1_000_000_000)
    for round in 1...3 {
      let snapshot = sampler.sample()
      let mounts = try mounts(snapshot)
      for mount in [mounts[0], mounts[2]] { #expect(mount.space.reading != nil, "\(mount.space) in round \(round)") }
      guard case .failed(.overdue(let nanoseconds)) = mounts[1].space else {
        Issue.record("\(mounts[1].space) in round \(round)")
        continue
      }
      #expect(nanoseconds >= 1_000_000_000)
      #expect(dead.count(path) == 1)
      #expect(dead.count(self.path(0)) == round)
      #expect(snapshot.load.reading?.fifteen == 3)
      // The same series in every sample, however long it has not answered.
      let series =
        #"node_filesystem_device_error{device="server:/1",device_error="no answer",fstype="nfs4",mountpoint="/m1"} 1"#
      #expect(String(decoding: Exposition.prometheus(snapshot), as: UTF8.self).contains(series + "\n"))
    }
    dead.answer(path)
    #expect(try waits { try mounts(sampler.sample())[1].space.reading?.size == 10 })
  }

  // In a process of its own: in this one, other tests' threads come and go.
  @Test("forty dead mounts neither use up the threads nor the time, and one that lives is measured in the end")
  func many() async {
    await #expect(processExitsWith: .success) {
      let suite = try DeadMountTests()
      let alive = suite.path(20)
      let dead = DeadMounts { $0 != alive }
      let all = (0..<40).map { suite.path($0) }
      defer { dead.answerAll(all) }
      let sampler = try suite.sampler(40, dead, limit: 300_000_000)
      let threads = try DeadMountTests.threads()
      for _ in 0..<4 {
        let begin = BootClock.now()
        _ = sampler.sample()
        #expect(BootClock.now() - begin < 7_500_000_000)
      }
      // As many threads as may be lost, one at work for each of the two relays, and one lost at the very limit.
      #expect(try DeadMountTests.threads() - threads <= 24)
      #expect(all.allSatisfy { dead.count($0) <= 1 })
      dead.answerAll(all)
      #expect(try suite.waits { try suite.mounts(sampler.sample()).allSatisfy { $0.space.reading != nil } })
    }
  }

  @Test("mounts behind many dead ones are measured in the first sample, another machine's as well as this one's")
  func behind() throws {
    let dead = DeadMounts { path in (0..<8).contains { path.hasSuffix("/m\($0)") } }
    defer { dead.answerAll((0..<8).map { path($0) }) }
    let sampler = try sampler(9, dead, limit: 400_000_000)
    let remote = try folder.text("proc/1/mountinfo")
    try folder.write(remote + "90 1 8:1 / /local rw - ext4 /dev/sda1 rw\n", to: "proc/1/mountinfo")
    let mounts = try mounts(sampler.sample())
    #expect(mounts.map(\.mountPoint).suffix(2) == ["/m8", "/local"])
    #expect(mounts.map { $0.space.reading != nil } == Array(repeating: false, count: 8) + [true, true])
  }

  @Test("a collector that hangs is overdue, the others are measured, and the hung one is a deadlock after two minutes")
  func hungCollector() throws {
    try folder.write("0.01 0.02 0.03 1/2 3\n", to: "proc/loadavg")
    var calls = FixtureTree.calls
    let hang: @Sendable () throws(ReadError) -> ClockDiscipline = Hang.wait
    calls.clock = hang
    var limits = NodeSampler.Limits()
    limits.collector = 2_000_000_000
    let sampler = NodeSampler(root: try HostRoot(rootfs: folder.url.path), limits: limits, calls: calls)
    let snapshot = sampler.sample()
    guard case .failed(.overdue) = snapshot.clock else {
      Issue.record("\(snapshot.clock)")
      return
    }
    #expect(snapshot.load.reading != nil)
    #expect(snapshot.runs.first { $0.name == "timex" }?.isMeasured == false)
    #expect(snapshot.conditions.first { $0.type == .kernelDeadlock }?.status == .isFalse)
    #expect(snapshot.conditions.first { $0.type == .clockSkewed }?.status == .unknown)
    Hang.end.withLock { $0 = true }
    #expect(try waits { sampler.sample().clock.reading != nil })
  }

  private static func threads() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
  }
}

private enum Hang {
  static let end = Mutex(false)

  static func wait() throws(ReadError) -> ClockDiscipline {
    while !end.withLock({ $0 }) { usleep(1000) }
    return ClockDiscipline()
  }
}
