import Diagnostics
import Foundation
import LicenseProtocol
import NodeMetrics
import SwiftProtobuf
import Testing

@testable import NodeAgent

@Suite("What the agent says of itself")
struct AgentStatusTests {
  private let clocks = ScriptedClocks()
  private let scripted = ScriptedOperator()

  private func status(
    _ rules: SessionRules, isRunning: Bool = true, certificate: AgentStatus.Certificate? = nil, fault: String? = nil
  ) -> AgentStatus {
    AgentStatus(
      version: "1", licenseOperator: "operator.test:443",
      session: SessionView(license: rules.license, isConnected: true, lastEnd: nil, configurations: ["fleet": 3]),
      isRunning: isRunning, certificate: certificate, fault: fault, time: rules.now,
      wallTime: ServerTime(nanoseconds: 1_790_000_000_000_000_000))
  }

  private func object(_ status: AgentStatus, explaining: Bool = true) throws -> [String: Any] {
    let json = Data(status.json(explaining: explaining).compact)
    return try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
  }

  @Test("a licensed node: every check has passed, and times are numbers of seconds")
  func licensed() throws {
    var rules = SessionRules.scripted(clocks)
    try rules.license(by: scripted)
    clocks.advance(.seconds(5))
    let certificate = AgentStatus.Certificate(
      custody: "tpm", notBefore: 1_789_990_000, notAfter: 1_790_003_600, renewal: 1_789_999_000)
    let found = try object(status(rules, certificate: certificate))
    #expect(found["licensed"] as? Bool == true)
    #expect(found["standing"] as? String == "licensed")
    #expect(found["leaseSeconds"] as? Int == 35)
    #expect(found["grantSeconds"] as? Int == 86_395)
    #expect(found["assurance"] as? String == "file-key")
    #expect(found["failedCheck"] is NSNull)
    let checks = try #require(found["checks"] as? [[String: String]])
    #expect(checks.prefix(2).map { $0["name"] } == ["agent", "certificate"])
    #expect(checks.allSatisfy { $0["outcome"] == "passed" })
    #expect(checks[1]["words"] == "1 hour left, its key is in the TPM")
    #expect(try object(status(rules), explaining: false)["checks"] == nil)
  }

  @Test("an expired certificate and what keeps it from being renewed are said in one line")
  func expired() throws {
    let rules = SessionRules.scripted(clocks)
    let certificate = AgentStatus.Certificate(custody: "file", notBefore: 0, notAfter: 1_789_913_600, renewal: nil)
    let found = try object(status(rules, certificate: certificate, fault: "OpenBao is sealed"))
    let checks = try #require(found["checks"] as? [[String: String]])
    #expect(checks[1]["outcome"] == "failed")
    #expect(checks[1]["words"] == "it expired 1 day ago: OpenBao is sealed")
    #expect(found["fault"] as? String == "OpenBao is sealed")
  }

  @Test("what an operator says cannot take over a terminal or a line")
  func hostileWords() throws {
    var rules = SessionRules.scripted(clocks)
    _ = rules.begin()
    _ = rules.receive(scripted.welcome())
    _ = rules.receive(
      .with {
        $0.refusal.reason = .noSeat
        $0.refusal.message = "\u{1B}[2Jno seat\nSTATUS=licensed\u{202E}" + String(repeating: "x", count: 5000)
      })
    let sentence = status(rules).sentence
    #expect(!sentence.contains("\u{1B}") && !sentence.contains("\n") && !sentence.contains("\u{202E}"))
    #expect(sentence.count <= Words.longest + 1)
    #expect(sentence.contains("no-seat"))
  }

  @Test("every metric of the license is there, licensed or not")
  func metrics() async throws {
    var rules = SessionRules.scripted(clocks)
    let board = StatusBoard(
      version: "1", licenseOperator: "operator.test:443",
      session: SessionView(license: rules.license, isConnected: false, lastEnd: nil, configurations: [:]),
      clock: clocks.clock())
    let answers = board.answers(LoopLiveness(limit: .seconds(15)))
    #expect(await answers.readiness().isReady == false)
    var text = String(decoding: await answers.metrics(.prometheus), as: UTF8.self)
    #expect(text.contains("lowlayer_license_licensed 0\n"))
    #expect(text.contains("lowlayer_license_standing{standing=\"disconnected\"} 1\n"))
    try rules.license(by: scripted)
    board.publish(SessionView(license: rules.license, isConnected: true, lastEnd: nil, configurations: [:]))
    text = String(decoding: await answers.metrics(.prometheus), as: UTF8.self)
    #expect(text.contains("lowlayer_license_licensed 1\n"))
    #expect(
      text.contains("lowlayer_license_lease_seconds 40\n") || text.contains("lowlayer_license_lease_seconds 40.0"))
    #expect(text.contains("lowlayer_license_standing{standing=\"disconnected\"} 0\n"))
    #expect(await answers.readiness().isReady)
  }
}
