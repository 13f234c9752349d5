import BaseEncodings
import TPMStructures
import Testing

@testable import MeasuredBoot

@Suite("Logs that do not fit")
struct ComparisonTests {
  private func mismatches(_ change: (inout EventLog) -> Void) throws -> [PCRMismatch] {
    var log = try RecordedLog.log("running")
    change(&log)
    let live = try RecordedLog.live("running", .sha384).filter { RecordedLog.pcrs.contains($0.key) }
    return try log.mismatches(live: live, bank: .sha384)
  }

  @Test("a log that fits has no mismatch")
  func fits() throws { #expect(try mismatches { _ in }.isEmpty) }

  @Test("an event that was written down and not measured is named")
  func added() throws {
    let found = try mismatches { $0.events.insert($0.events[36], at: 33) }
    #expect(found.map(\.pcr) == [8])
    guard case .notMeasured(let events) = found.first?.reason else { return #expect(Bool(false), "\(found)") }
    #expect(events.map(\.words) == ["grub_cmd: set timeout=0"])
  }

  @Test("an event whose digest was changed is named, by PCR and values")
  func changed() throws {
    let found = try mismatches { $0.events[8].digests[1].bytes[0] ^= 1 }
    #expect(found.map(\.pcr) == [7])
    guard case .notOfTheirData(let events) = found.first?.reason else { return #expect(Bool(false), "\(found)") }
    #expect(events.map(\.words) == ["dbx: 1 hash"])
    let live = Hexadecimal.text(try RecordedLog.live("running", .sha384)[7] ?? [])
    let words = found[0].description
    #expect(words.hasPrefix("PCR 7: the log gives ") && words.contains(", the TPM \(live): not reproduced; "))
    #expect(words.hasSuffix("digest and data disagree: event 8 (PCR 7, EV_EFI_VARIABLE_DRIVER_CONFIG): dbx: 1 hash"))
  }

  @Test("an event that is missing, or extended behind the log's back, is a mismatch without a name")
  func removed() throws {
    let found = try mismatches { $0.events.remove(at: 24) }
    #expect(found.map(\.pcr) == [4] && found.first?.reason == .unknown)
  }

  @Test("events behind the last one that was measured are named, and a PCR of zeros says so")
  func notMeasured() throws {
    let log = try RecordedLog.log("running")
    var short = log
    short.events.removeLast(3)
    var live = try short.replay(bank: .sha256)
    live[14] = [UInt8](repeating: 0, count: 32)
    let found = try log.mismatches(live: live, bank: .sha256)
    #expect(found.map(\.pcr) == [5, 9, 14])
    #expect(
      found.map(\.reason) == [.notMeasured(Array(log.events[47...48])), .notMeasured([log.events[46]]), .neverExtended])
  }

  @Test("the difference of two boots is what was changed between them")
  func difference() throws {
    let (old, new) = (try RecordedLog.log("running"), try RecordedLog.log("staged"))
    let difference = EventLogDifference(from: old, to: new, bank: .sha256)
    #expect(difference.pcrs == [4, 8, 9])
    let numbers = difference.changes.map { change -> Int in
      if case .changed(let before, let after) = change, before.number == after.number { after.number } else { -1 }
    }
    #expect(numbers == [42, 43, 38, 39, 40, 44, 45, 35, 41])
    let shown = difference.changes.map(\.description)
    #expect(
      shown[3]
        == "changed: event 39 (PCR 8, EV_IPL): grub_cmd: setparams Low Layer (ostree:1); it was: grub_cmd: setparams "
        + "Low Layer (ostree:0)")
    #expect(shown[7] == "changed: event 35 (PCR 9, EV_IPL): (hd0,gpt1)/EFI/debian/grub.cfg, another digest")
    #expect(EventLogDifference(from: old, to: old, bank: .sha384).changes.isEmpty)
  }

  @Test("an event that is gone or new is said to be")
  func goneAndNew() throws {
    let old = try RecordedLog.log("running")
    var new = old
    new.events.remove(at: 8)
    #expect(EventLogDifference(from: old, to: new, bank: .sha256).changes == [.removed(old.events[8])])
    #expect(EventLogDifference(from: new, to: old, bank: .sha256).changes == [.added(old.events[8])])
    new = old
    new.events.swapAt(36, 37)
    let moved = EventLogDifference(from: old, to: new, bank: .sha256).changes
    #expect(moved.count == 2 && Set(moved.map(\.pcr)) == [8])
  }
}
