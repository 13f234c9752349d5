import Foundation
import HardwareIdentity
import TestSupport
import Testing

@Suite("A machine, and what was kept of it")
struct ComparisonTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var what: String
    var replacing: [String: String] = [:]
    var without: [String] = []
    var key: [UInt8]? = Array("an endorsement key".utf8)
    var verdict: FingerprintComparison.Verdict
    var testDescription: String { what }
  }

  private static let uuid = "4C4C4544-0044-3510-8052-B4C04F4B3032"
  private static let otherUUID = "4C4C4544-0051-4A10-8042-C7C04F333333"
  private static let board = ".D5RK02.CNFCP0012300AB."
  private static let disk = "00800014202020202020533559314e41305237313233343"
  private static let onBoard = ["b0:7b:25:c1:00:10": "b0:7b:25:dd:00:20", "b0:7b:25:c1:00:11": "b0:7b:25:dd:00:21"]

  static let cases = [
    Case(what: "nothing else", verdict: .sameMachine),
    Case(
      what: "another case of letters, and an interface that took its bond's address",
      replacing: [uuid: uuid.lowercased(), "04:3F:72:AA:00:01": "04:3f:72:aa:00:01"], verdict: .sameMachine),
    Case(what: "another disk", replacing: [disk: disk.dropLast() + "4"], verdict: .changed([.systemDiskSerial])),
    Case(
      what: "another card of several interfaces", replacing: ["04:3F:72:AA:00:01": "04:3F:72:BB:00:09"],
      verdict: .changed([.nicPermanentAddress])),
    Case(what: "a card less", without: ["net/ens1f0 "], verdict: .changed([.nicPermanentAddress])),
    Case(
      what: "all interfaces others", replacing: onBoard.merging(["04:3F:72:AA:00:01": "04:3F:72:BB:00:09"]) { $1 },
      verdict: .changed([.nicPermanentAddress])),
    Case(what: "no interface to be seen", without: ["sys/class/net/"], verdict: .sameMachine),
    Case(
      what: "another chassis", replacing: ["chassis_serial = D5RK02": "chassis_serial = D5RK99"],
      verdict: .changed([.chassisSerial])),
    Case(what: "another TPM", key: [1], verdict: .changed([.tpmEndorsementKey])),
    Case(
      what: "a virtual TPM made again, on a machine that tells little else",
      without: ["board_serial", "chassis_serial"],
      key: [1], verdict: .changed([.tpmEndorsementKey])),
    Case(
      what: "another firmware's UUID on a machine without serial numbers and TPM",
      replacing: [uuid: otherUUID], without: ["board_serial", "chassis_serial"], key: nil,
      verdict: .changed([.productUUID])),
    Case(
      what: "the disk and the card in a machine of which nothing else can be read",
      without: ["devices/virtual/dmi/id/"], key: [1], verdict: .anotherMachine),
    Case(what: "the TPM switched off", key: nil, verdict: .sameMachine),
    Case(what: "files that cannot be read", without: ["devices/virtual/dmi/id/"], verdict: .sameMachine),
    Case(
      what: "another board in the same chassis, with the same disk and card",
      replacing: onBoard.merging([uuid: otherUUID, board: ".J3QBK2.CNFCP0099900CD."]) { $1 }, key: [1],
      verdict: .anotherMachine),
    Case(
      what: "the disk in another machine",
      replacing: onBoard.merging([
        uuid: otherUUID, board: ".J3QBK2.CNFCP0099900CD.", "chassis_serial = D5RK02": "chassis_serial = J3QBK2",
        "04:3F:72:AA:00:01": "04:3F:72:BB:00:09",
      ]) { $1 }, key: [1], verdict: .anotherMachine),
    Case(
      what: "the TPM's module on another machine",
      replacing: onBoard.merging([
        uuid: otherUUID, board: ".J3QBK2.CNFCP0099900CD.", "chassis_serial = D5RK02": "chassis_serial = J3QBK2",
        "04:3F:72:AA:00:01": "04:3F:72:BB:00:09", disk: disk.dropLast() + "4",
      ]) { $1 }, verdict: .anotherMachine),
    Case(
      what: "only its disk and its interfaces to be seen", without: ["devices/virtual/dmi/id/"], key: nil,
      verdict: .notEnough),
    Case(what: "nothing to be seen", without: ["proc/", "sys/"], key: nil, verdict: .notEnough),
  ]

  private func facts(_ test: Case) throws -> HardwareFacts {
    try MachineTree("written-rack-server", replacing: test.replacing, without: test.without).facts(
      key: test.key.map { .key($0, source: "a test") } ?? .absent("the TPM is off"))
  }

  @Test("a change of facts is told apart from another machine, and neither from what cannot be read", arguments: cases)
  func verdict(_ test: Case) throws {
    let before = StoredFingerprint(try facts(Self.cases[0]))
    let now = try facts(test)
    let comparison = FingerprintComparison(of: now, with: before)
    #expect(comparison.verdict == test.verdict)
    // The other way round nothing else comes out, but that what could not be read then is new.
    #expect(FingerprintComparison(of: try facts(Self.cases[0]), with: StoredFingerprint(now)).verdict == test.verdict)
    #expect((now.fingerprint == before.fingerprint) == (now.digests == before.facts.mapValues(\.digest)))
  }

  @Test("a fact that cannot be read any more is lost, with the reason, and no change")
  func lost() throws {
    let before = StoredFingerprint(try facts(Self.cases[0]))
    let now = try facts(Case(what: "", without: ["board_serial"], verdict: .sameMachine))
    let comparison = FingerprintComparison(of: now, with: before)
    guard case .lost(let reason) = comparison.changes.first(where: { $0.name == .boardSerial })?.change else {
      Issue.record("not lost: \(comparison.changes)")
      return
    }
    #expect("\(reason)" == "/sys/class/dmi/id/board_serial does not exist")
    #expect(comparison.same == FactName.total - FactName.boardSerial.weight && comparison.different == 0)
  }

  @Test("of several interfaces it is said how many are the same")
  func partly() throws {
    let before = StoredFingerprint(try facts(Self.cases[0]))
    let now = try facts(Case(what: "", without: ["net/eno2 "], verdict: .sameMachine))
    let change = FingerprintComparison(of: now, with: before).changes.first { $0.name == .nicPermanentAddress }?.change
    #expect(change == .partly(common: 2, before: 3, now: 2))
  }

  @Test("two machines with the same maker's texts are not enough to be one")
  func template() throws {
    let one = try MachineTree("written-mini-computer").facts()
    let other = try MachineTree(
      "written-mini-computer",
      replacing: ["7c:83:34:b0:11:22": "7c:83:34:b0:99:99", "S64DNF0R900001": "S64DNF0R900003"]
    ).facts()
    #expect(FingerprintComparison(of: other, with: StoredFingerprint(one)).verdict == .notEnough)
  }

  @Test("the weights are a hundred, and only an endorsement key is enough by itself")
  func weights() {
    #expect(FactName.total == 100)
    #expect(FactName.allCases.filter { $0.weight >= FactName.enough } == [.tpmEndorsementKey])
  }
}
