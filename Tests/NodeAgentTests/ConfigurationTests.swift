import Foundation
import LicenseProtocol
import SwiftProtobuf
import Testing

@testable import NodeAgent

@Suite("Pushed configurations")
struct ConfigurationTests {
  private let clocks = ScriptedClocks()
  private let scripted = ScriptedOperator()
  private let disk = ScriptedDisk()

  private func opened() -> SessionRules {
    var rules = SessionRules.scripted(clocks, disk: disk)
    _ = rules.begin()
    _ = rules.receive(scripted.welcome())
    return rules
  }

  @Test("a delta is kept, applied and acknowledged with its nonce")
  func applied() {
    var rules = opened()
    let steps = rules.receive(
      scripted.delta(7, set: [("fleet", 3, "[Agent]\nInterval=30\nUnit=kubelet.service\n")]))
    #expect(steps.first == .settings(OperatedSettings(interval: .seconds(30), units: ["kubelet.service"])))
    #expect(steps.acknowledgement?.nonce == Data([7]))
    #expect(steps.acknowledgement?.error == "")
    #expect(steps.acknowledgement?.versions == ["fleet": 3])
    #expect(disk.states.last?.configurationVersions == ["fleet": 3])
  }

  @Test("pushed configurations hold while there is no operator, and after a restart")
  func remembered() throws {
    var rules = opened()
    _ = rules.receive(scripted.delta(set: [("fleet", 3, "[Agent]\nInterval=30\n")]))
    let next = SessionRules.scripted(clocks, state: try #require(disk.states.last))
    #expect(next.settings.value.interval == .seconds(30))
    #expect(next.settings.fault == nil)
  }

  @Test(
    "what cannot be applied is refused as a whole, and the last good one stays",
    arguments: [
      ("[Agent]\nInterval=0\n", "Interval= is no number of seconds"),
      ("[Agent]\nOperator=evil:443\n", "Operator= is not for an operator to set"),
      ("[TPM]\nTCTI=swtpm:\n", "[TPM] is not for an operator to set"),
      ("[OpenBao]\nAddress=https://evil\n", "[OpenBao] is not for an operator to set"),
      ("[Agent]\nUnit=../../etc\n", "Unit= is no unit's name"), ("no syntax at all", "configuration \"fleet\""),
    ])
  func refused(body: String, words: String) {
    var rules = opened()
    _ = rules.receive(scripted.delta(set: [("base", 1, "[Agent]\nInterval=30\n")]))
    let steps = rules.receive(
      scripted.delta(from: ["base": 1], set: [("good", 1, "[Agent]\nInterval=60\n"), ("fleet", 1, body)]))
    let ack = steps.acknowledgement
    #expect(ack?.error.contains(words) == true, "\(ack?.error ?? "no acknowledgement")")
    #expect(ack?.versions == ["base": 1])
    #expect(rules.settings.value.interval == .seconds(30))
    #expect(!steps.contains { if case .settings = $0 { true } else { false } })
  }

  @Test("a delta for other versions is refused and names those that are applied")
  func otherVersions() {
    var rules = opened()
    _ = rules.receive(scripted.delta(set: [("fleet", 3, "")]))
    let ack = rules.receive(scripted.delta(from: ["fleet": 2], set: [("fleet", 4, "")])).acknowledgement
    #expect(ack?.error.contains("other versions") == true)
    #expect(ack?.versions == ["fleet": 3])
    #expect(rules.receive(scripted.delta(from: ["fleet": 3], removed: ["fleet"])).acknowledgement?.versions == [:])
  }

  @Test("names, sizes and numbers have limits")
  func limits() {
    var rules = opened()
    func error(_ set: [(String, UInt64, String)]) -> String {
      rules.receive(scripted.delta(set: set)).acknowledgement?.error ?? ""
    }
    #expect(error([("../x", 1, "")]).contains("no configuration can be called"))
    #expect(error([("x", 0, "")]).contains("version 0"))
    #expect(error([("x", 1, String(repeating: "#", count: 70_000))]).contains("longer than 65536 bytes"))
    #expect(error((0..<65).map { ("c\($0)", 1, "") }).contains("at most 64"))
  }

  @Test("a configuration that cannot be kept is not applied")
  func fullDisk() {
    var rules = opened()
    disk.fill(true)
    let steps = rules.receive(scripted.delta(set: [("fleet", 1, "[Agent]\nInterval=30\n")]))
    #expect(steps.acknowledgement?.error.contains("No space left") == true)
    #expect(rules.settings.value.interval == .seconds(15))
  }
}
