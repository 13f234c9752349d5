import BootChain
import BootLab
import Testing

@Suite("The timeline of a boot")
struct BootTimelineTests {
  @Test("every stage starts and is ready when systemd says so itself", arguments: ["good", "retry", "broken", "skip"])
  func moments(name: String) throws {
    let recording = try Recording(name)
    let timeline = recording.timeline()
    for timing in timeline.stages {
      // systemd keeps the last start only.
      guard timing.attempts.count == 1, timing.state == .ready else { continue }
      // It forgets units that have ended.
      guard let unit = recording.systemd.units[timing.stage.unit] else { continue }
      #expect(recording.since(unit.end).isNear(timing.ready), "\(timing.stage.unit)")
      #expect(recording.since(unit.InactiveExitTimestampMonotonic).isNear(timing.started), "\(timing.stage.unit)")
    }
    #expect(timeline.stages.count { $0.attempts.count == 1 } > 6)
  }

  @Test("nothing that a stage of the critical chain waited for ended later by systemd's own clock")
  func criticalChain() throws {
    let recording = try Recording("good")
    let chain = recording.timeline().criticalChain
    #expect(chain.count == 4)
    #expect(chain.last?.stage.unit == ChainUnit.ciliumReady)
    for (before, stage) in zip(chain, chain.dropFirst()) {
      let ready = try #require(before.ready)
      for name in stage.stage.after {
        guard let unit = recording.systemd.units[name] else { continue }
        let end = recording.since(unit.end)
        #expect(end <= ready + .milliseconds(1))
        if name == before.stage.unit { #expect(end.isNear(ready)) }
      }
    }
  }

  @Test("what the stages of the critical chain took adds up to the time of the last proof")
  func sum() throws {
    let timeline = try Recording("good").timeline()
    let sum = timeline.criticalChain.compactMap { timeline.ownTime(of: $0) }.reduce(.zero, +)
    #expect(sum == timeline.finished)
  }

  @Test("the start of a container's systemd is found in its journal")
  func origin() throws {
    let recording = try Recording("good")
    let moment = try #require(BootOrigin.userspace.moment(in: recording.entries))
    #expect(abs(moment - recording.systemd.userspace) < 5_000)
    let unfinished = recording.entries.filter { $0["USERSPACE_USEC"] == nil }
    #expect(BootOrigin.userspace.moment(in: unfinished) == unfinished.map(\.monotonic).min())
    #expect(BootOrigin.userspace.moment(in: []) == nil)
  }

  @Test(
    "a stage that failed three times is ready at its fourth start",
    arguments: ["ll-tpm-login.service", "kubelet.service"])
  func restarts(unit: String) throws {
    let recording = try Recording("retry")
    let timing = try #require(recording.timeline()[unit])
    #expect(timing.failures == 3)
    #expect(timing.attempts.count == 4)
    #expect(timing.attempts.prefix(3).allSatisfy { $0.failed?.result == "exit-code" && $0.ready == nil })
    if let systemd = recording.systemd.units[unit] {
      #expect(systemd.NRestarts == timing.failures)
      #expect(recording.since(systemd.end).isNear(timing.ready))
    }
  }

  @Test("a stage that went on past one that had failed says so")
  func early() throws {
    let timeline = try Recording("retry").timeline()
    #expect(timeline[ChainUnit.openbaoAgent]?.startedBefore == [ChainUnit.tpmLogin])
    #expect(try Recording("good").timeline().stages.allSatisfy { $0.startedBefore.isEmpty })
  }

  @Test("a stage that a condition spares holds nobody up")
  func skipped() throws {
    let recording = try Recording("skip")
    let timeline = recording.timeline()
    let unpack = try #require(timeline["ll-unpack-cri-o.service"])
    #expect(unpack.state == .skipped)
    #expect(recording.systemd.units["ll-unpack-cri-o.service"]?.ActiveState != "active")
    #expect(recording.systemd.units["ll-unpack-crictl.service"]?.ActiveState == "active")
    #expect(timeline.finished != nil)
    #expect(timeline[ChainUnit.crio]?.startedBefore == [])
  }

  @Test("the first unit that broke the chain is named with what it said")
  func broken() throws {
    let recording = try Recording("broken")
    let timeline = recording.timeline()
    #expect(timeline.finished == nil)
    #expect(timeline.criticalChain.isEmpty)
    let broken = try #require(timeline.firstBreak(in: recording.entries))
    #expect(broken.timing.stage.unit == ChainUnit.tpmLogin)
    #expect(broken.log.contains("this is the TPM of another machine"))
    #expect(broken.log.count <= BootBreak.longestLog)
    #expect(timeline[ChainUnit.pkiReady]?.state == .starting)
    #expect(timeline[ChainUnit.kubelet]?.state == .absent)
  }

  @Test("a chain that is whole has no break")
  func whole() throws {
    let recording = try Recording("good")
    #expect(recording.timeline().firstBreak(in: recording.entries) == nil)
  }
}
