import Foundation
import HostFS
import NodeMetrics
import TestSupport
import Testing

@Suite("Counters that go backwards")
struct SetbackTests {
  private let folder: TemporaryFolder
  private let sampler: NodeSampler

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("", to: "sys/x")
    try folder.write("", to: "proc/1/net/x")
    sampler = NodeSampler(
      root: try HostRoot(rootfs: folder.url.path), limits: FixtureTree.patient, calls: FixtureTree.calls)
  }

  private func write(iowait: Int, reads: Int, oomKills: Int) throws {
    try folder.write("cpu  1 1 1 1 1\ncpu0 1 1 1 1 \(iowait)\nctxt 5\n", to: "proc/stat")
    try folder.write("   8       0 sda \(reads) 0 0 0 0 0 0 0 0 0 0\n", to: "proc/diskstats")
    try folder.write("oom_kill \(oomKills)\n", to: "proc/vmstat")
  }

  @Test("they are noted once, with what they were and are, and shown as they are")
  func noted() throws {
    try write(iowait: 100, reads: 50, oomKills: 3)
    #expect(sampler.sample().setbacks == [])
    try write(iowait: 99, reads: 7, oomKills: 3)
    let snapshot = sampler.sample()
    #expect(
      snapshot.setbacks == [
        Setback(collector: "cpu", counter: "cpu0 iowait", before: 100, after: 99),
        Setback(collector: "diskstats", counter: "sda reads", before: 50, after: 7),
      ])
    #expect(snapshot.disks.reading?.disks.first?.reads == 7)
    #expect(String(decoding: Exposition.prometheus(snapshot), as: UTF8.self).contains("lowlayer_counter_setbacks 2\n"))
    #expect(sampler.sample().setbacks == [])
  }

  @Test("a reading that fails in between is skipped, not forgotten")
  func failure() throws {
    try write(iowait: 1, reads: 50, oomKills: 3)
    _ = sampler.sample()
    try folder.write("rubbish\n", to: "proc/diskstats")
    #expect(sampler.sample().disks.reading == nil)
    try write(iowait: 1, reads: 49, oomKills: 3)
    #expect(sampler.sample().setbacks.map(\.counter) == ["sda reads"])
  }

  @Test("a core or disk that comes or goes is no setback")
  func hotplug() throws {
    try write(iowait: 100, reads: 50, oomKills: 3)
    _ = sampler.sample()
    try folder.write("cpu  1 1 1 1 1\ncpu1 0 0 0 0 0\nctxt 5\n", to: "proc/stat")
    try folder.write("   8      16 sdb 0 0 0 0 0 0 0 0 0 0 0\n", to: "proc/diskstats")
    #expect(sampler.sample().setbacks == [])
  }
}
