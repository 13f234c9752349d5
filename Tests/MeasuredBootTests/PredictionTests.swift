import BaseEncodings
import Diagnostics
import TPMStructures
import Testing

@testable import MeasuredBoot

@Suite("Predictions")
struct PredictionTests {
  private func list(_ text: String) -> (SubstitutionList, [String]) {
    var report = Report()
    let list = SubstitutionList(parsing: Array(text.utf8), report: &report)
    return (list, report.sorted.map(\.description))
  }

  private func live(
    _ name: String, _ bank: HashAlgorithm, _ pcrs: [Int] = RecordedLog.pcrs + [13]
  ) throws -> [Int: [UInt8]] {
    try RecordedLog.live(name, bank).filter { pcrs.contains($0.key) }
  }

  @Test(
    "the staged OS's PCRs are those that its TPM had when it was booted",
    arguments: [.sha256, .sha384] as [HashAlgorithm])
  func staged(bank: HashAlgorithm) throws {
    let (list, findings) = list(String(decoding: try RecordedLog.bytes("staged.substitutions"), as: UTF8.self))
    #expect(findings.isEmpty && list.substitutions.count == 8 && list.paths == ["staged.grub.cfg"])
    let prediction = try Prediction(
      log: try RecordedLog.log("running"), live: try live("running", bank), bank: bank, zeros: [13],
      substitutions: list, files: ["staged.grub.cfg": try RecordedLog.bytes("staged.grub.cfg")])
    #expect(prediction.running == (try live("running", bank)))
    #expect(prediction.staged == (try live("staged", bank)))
    #expect(prediction.difference.pcrs == [4, 8, 9])
  }

  @Test("nothing is predicted from a log that does not reproduce the TPM")
  func notReproduced() throws {
    let log = try RecordedLog.log("running")
    let other = try live("staged", .sha256)
    let error = #expect(throws: PredictionError.self) {
      try Prediction(log: log, live: other, bank: .sha256, zeros: [13])
    }
    guard case .notReproduced(let mismatches) = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
    #expect(mismatches.map(\.pcr) == [4, 8, 9])
  }

  @Test("PCRs that bind to nothing, a capped boot, and SHA-1 are refused")
  func refused() throws {
    let log = try RecordedLog.log("running")
    let all = try RecordedLog.live("running", .sha256)
    func error(_ live: [Int: [UInt8]], bank: HashAlgorithm = .sha256, zeros: Set<Int> = []) -> PredictionError? {
      do throws(PredictionError) {
        _ = try Prediction(log: log, live: live, bank: bank, zeros: zeros)
        return nil
      } catch { return error }
    }
    #expect(error(all.filter { $0.key == 12 }) == .unused(12))
    #expect(error(all.filter { $0.key == 17 }) == .unused(17))
    #expect(error(all.filter { $0.key == 7 }, zeros: [7]) == .notZero(7))
    #expect(error([7: [1]]) == .notAValue(7, .sha256))
    #expect(error([24: all[7] ?? []]) == .notAValue(24, .sha256))
    #expect(error([:]) == .noPCR)
    #expect(error([7: [UInt8](repeating: 1, count: 20)], bank: .sha1) == .replay(.sha1Only))
    #expect(error([7: [UInt8](repeating: 1, count: 64)], bank: .sha512) == .replay(.noBank(.sha512)))
    #expect(error(all.filter { $0.key == 7 }) == nil)
  }

  private func apply(_ text: String, files: [String: [UInt8]] = [:]) throws -> (EventLog, [String]) {
    let (list, findings) = list(text)
    try #require(findings.isEmpty)
    var report = Report()
    let log = list.applied(to: try RecordedLog.log("running"), bank: .sha256, files: files, report: &report)
    return (log, report.sorted.map(\.description))
  }

  @Test("a variable's new contents are measured with its name")
  func variable() throws {
    let (log, findings) = try apply(
      "[Substitution]\nPCR=7\nType=EV_EFI_VARIABLE_DRIVER_CONFIG\nMatch=SecureBoot=\nVariable=off\n",
      files: ["off": [0]])
    #expect(findings.isEmpty && log.events[4].words == "SecureBoot=0")
    // UEFI_VARIABLE_DATA of SecureBoot=0, written by hand.
    let guid = try #require(Hexadecimal.bytes("61dfe48bca93d211aa0d00e098032b8c"))
    let name = Array("SecureBoot".utf8).flatMap { byte -> [UInt8] in [byte, 0] }
    let data = guid + [10, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0] + name + [0]
    #expect(log.events[4].digest(.sha256) == HashAlgorithm.sha256.hash(data))
  }

  @Test("events are removed, and put before, behind and at the end of others")
  func removalAndInsertion() throws {
    let (log, findings) = try apply(
      """
      [Removal]
      PCR=8
      Match=grub_cmd: [
      Every=yes
      [Insertion]
      PCR=8
      Match=set timeout
      Before=yes
      Text=grub_cmd: first
      [Insertion]
      PCR=8
      Match=set timeout
      Text=grub_cmd: second
      [Insertion]
      PCR=8
      Text=grub_cmd: last
      [Insertion]
      PCR=11
      Digest=sha256:\(String(repeating: "ab", count: 32))
      """)
    #expect(findings.isEmpty)
    let words = log.events(extending: 8).map(\.words)
    #expect(Array(words[1...3]) == ["grub_cmd: first", "grub_cmd: set timeout=0", "grub_cmd: second"])
    #expect(words[0].hasPrefix("grub_cmd: source") && words.last == "grub_cmd: last" && words.count == 11)
    #expect(log.events(extending: 8)[1].digest(.sha256) == HashAlgorithm.sha256.hash(Array("first".utf8)))
    let value = [UInt8](repeating: 0, count: 32) + [UInt8](repeating: 0xAB, count: 32)
    #expect(try log.replay(bank: .sha256)[11] == HashAlgorithm.sha256.hash(value))
  }

  @Test("what a file measured is found by the file")
  func measured() throws {
    let files = ["old": try RecordedLog.bytes("running.grub.cfg"), "new": try RecordedLog.bytes("staged.grub.cfg")]
    let (log, findings) = try apply("[Substitution]\nPCR=9\nMeasured=old\nFile=new\n", files: files)
    #expect(findings.isEmpty)
    #expect(log.events[35].digest(.sha256) == (try RecordedLog.log("staged").events[35].digest(.sha256)))
  }

  static let unfit: [(String, String)] = [
    ("PCR=8\nMatch=linux\nText=grub_cmd: x", "2 events of the log fit (38, 40), and neither one nor Every=yes"),
    ("PCR=8\nMatch=chainloader\nText=grub_cmd: x", "no event of the log fits: PCR=8 Match=\"chainloader\""),
    ("PCR=9\nType=EV_EFI_ACTION\nFile=a", "no event of the log fits: PCR=9 Type=EV_EFI_ACTION"),
    ("PCR=8\nMatch=set timeout\nText=set timeout=1", "the new text cannot be measured as the old one was"),
    ("PCR=9\nMatch=grub.cfg\nText=x", "the new text cannot be measured as the old one was"),
    ("PCR=9\nMatch=grub.cfg\nFile=missing", "missing was not handed in"),
    ("PCR=4\nMatch=BOOTX64\nImage=a", "a: byte 0: not a PE image"),
    ("PCR=4\nMatch=BOOTX64\nVariable=a", "the event measures no UEFI variable"),
    ("PCR=7\nMatch=dbx\nDigest=sha384:" + String(repeating: "00", count: 48), "no sha256 digest is given"),
  ]

  @Test("a substitution that does not fit exactly is a finding at its line", arguments: unfit)
  func fit(text: String, message: String) throws {
    let (_, findings) = try apply("# one\n\n[Substitution]\n\(text)\n", files: ["a": [1]])
    #expect(findings.count == 1 && findings[0].hasPrefix("3:1: error: \(message)"), "\(findings)")
  }

  @Test("two substitutions of one event are a finding")
  func twice() throws {
    let one = "[Substitution]\nPCR=8\nMatch=set timeout\nText=grub_cmd: a\n"
    let (_, findings) = try apply(one + one)
    #expect(
      findings.count == 1 && findings[0].hasPrefix("5:1: error: another substitution has changed this event: event 36"))
  }

  static let faults: [(String, [String])] = [
    ("[Substitutions]\nPCR=8\n", ["1:1: error: unknown section [Substitutions]"]),
    (
      "[Substitution]\nMatch=x\n",
      [
        "1:1: error: [Substitution] has no PCR=",
        "1:1: error: [Substitution] has none of Digest=, File=, Image=, Text= and Variable=",
      ]
    ),
    ("[Removal]\nPCR=8\n", ["1:1: error: [Removal] selects no event: Type=, Match= or Measured= is missing"]),
    ("[Removal]\nPCR=8\nMatch=x\nFile=y\n", ["4:1: error: File= has no meaning in [Removal]"]),
    ("[Removal]\nPCR=24\nMatch=x\n", ["2:1: error: PCR=24 is not a PCR, 0 to 23"]),
    ("[Removal]\nPCR=8\nPCR=9\nMatch=x\n", ["3:1: error: PCR= occurs twice"]),
    ("[Removal]\nPCR=8\nType=EV_NO_ACTION\n", ["3:1: error: Type=EV_NO_ACTION is not an event that extends a PCR"]),
    ("[Removal]\nPCR=8\nMatch=x\nEvery=maybe\n", ["4:1: error: Every=maybe is neither yes nor no"]),
    (
      "[Removal]\nPCR=8\n Pcr=8\nMatch=a\\qb\n",
      ["3:2: error: Pcr= has no meaning in [Removal]"]
        + ["4:1: error: Match= has a backslash that is none of \\n, \\t, \\s and \\\\"]
    ),
    (
      "[Insertion]\nPCR=7\nVariable=x\n",
      [
        "1:1: error: [Insertion] has none of Digest=, File=, Image=, Text= and Variable=",
        "3:1: error: Variable= has no meaning in [Insertion]",
      ]
    ),
    ("[Insertion]\nPCR=7\nFile=x\nEvery=yes\n", ["1:1: error: an insertion happens once"]),
    (
      "[Substitution]\nPCR=7\nMatch=x\nFile=x\nText=y\n",
      ["1:1: error: [Substitution] has more than one of Digest=, File=, Image=, Text= and Variable="]
    ),
    (
      "[Insertion]\nPCR=7\nDigest=sha1:00\nFile=x\n",
      ["3:1: error: Digest= is not sha256: or sha384: and as many hexadecimal digits as that has"]
    ),
  ]

  @Test("a fault in the file is a finding at its line and column", arguments: faults)
  func faultyFile(text: String, findings: [String]) {
    let (list, found) = list(text)
    #expect(Set(found) == Set(findings) && list.substitutions.isEmpty)
  }
}
