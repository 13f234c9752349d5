import BootChain
import BootLab
import Testing

@Suite("The timeline of a journal that is not as it should be")
struct BootTimelineMutationTests {
  @Test("a jump of the wall clock moves nothing")
  func clock() throws {
    let recording = try Recording("good")
    let jumped = recording.entries.enumerated().compactMap { index, entry in
      var fields = entry.fields
      fields["__REALTIME_TIMESTAMP"] = index.isMultiple(of: 2) ? "0" : "4102444800000000"
      return JournalEntry(fields)
    }
    #expect(recording.timeline(jumped) == recording.timeline())
  }

  @Test("without any one entry the last proof is missing only if it was its own")
  func missing() throws {
    let recording = try Recording("good")
    let entries = recording.entries
    for index in entries.indices {
      var fewer = entries
      let gone = fewer.remove(at: index)
      let timeline = recording.timeline(fewer)
      let isProof = UnitEvent(gone).map { $0.unit == ChainUnit.ciliumReady && $0.kind == .ready } ?? false
      #expect((timeline.finished == nil) == isProof)
      #expect((timeline.firstBreak(in: fewer) == nil) == !isProof)
    }
  }

  @Test("a journal that ends anywhere has a timeline, and it says how far the boot came")
  func truncated() throws {
    for name in ["good", "retry", "broken", "skip"] {
      let recording = try Recording(name)
      var ready = 0
      for count in 0...recording.lines.count {
        let entries = Array(recording.entries.prefix(count))
        let timeline = recording.timeline(entries)
        let now = timeline.stages.count { $0.state == .ready }
        #expect(now >= ready)
        ready = now
        #expect((timeline.firstBreak(in: entries) == nil) == (timeline.finished != nil))
      }
    }
  }

  @Test("entries that arrive out of order are put in order")
  func order() throws {
    let recording = try Recording("retry")
    #expect(recording.timeline(recording.entries.reversed()).stages.count { $0.state == .ready } > 0)
    let halves = recording.entries.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
    let others = recording.entries.enumerated().filter { !$0.offset.isMultiple(of: 2) }.map(\.element)
    #expect(recording.timeline(halves + others) == recording.timeline())
  }

  @Test("of several boots only the last counts")
  func boots() throws {
    let first = try Recording("good")
    let second = try Recording("broken")
    let timeline = second.timeline(first.entries + second.entries)
    #expect(timeline == second.timeline())
    #expect(timeline.finished == nil)
  }

  @Test("an empty journal is a boot in which nothing was started")
  func empty() throws {
    let recording = try Recording("good")
    let timeline = recording.timeline([], origin: .userspace)
    #expect(timeline.stages.allSatisfy { $0.state == .absent })
    // The first in the chain of those that wait for nothing.
    #expect(timeline.firstBreak(in: [])?.timing.stage.unit == ChainUnit.networkOnline)
  }

  @Test("the end of Ignition is where the initramfs says it")
  func initramfs() throws {
    func entry(_ unit: String, _ id: String, at time: Int) throws -> JournalEntry {
      try #require(
        JournalEntry(["__MONOTONIC_TIMESTAMP": "\(time)", "_PID": "1", "UNIT": unit, "MESSAGE_ID": id]))
    }
    let (starting, ready) = ("7d4958e842da4a758f6c1cdc7b36dcc5", "39f53479d3a045ac8e11786248231fbf")
    let switching = try entry("initrd-switch-root.service", starting, at: 900)
    let complete = try entry("ignition-complete.target", ready, at: 700)
    #expect(BootOrigin.initramfs.moment(in: [switching]) == 900)
    #expect(BootOrigin.initramfs.moment(in: [complete, switching]) == 700)
    #expect(BootOrigin.initramfs.moment(in: []) == nil)
  }
}
