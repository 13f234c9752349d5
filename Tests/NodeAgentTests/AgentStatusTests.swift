import Diagnostics
import Foundation
import LicenseProtocol
import NodeMetrics
import SwiftProtobuf
import Synchronization
import Testing

@testable import NodeAgent

@Suite("What the agent says of itself")
struct AgentStatusTests {
  private let clocks = ScriptedClocks()
  private let scripted = ScriptedOperator()

  private func status(
    _ rules: SessionRules, isRunning: Bool = true, isConnected: Bool = true, lastEnd: SessionEnd? = nil,
    certificate: AgentStatus.Certificate? = nil, fault: String? = nil, settingsFault: String? = nil
  ) -> AgentStatus {
    AgentStatus(
      version: "1", licenseOperator: "operator.test:443",
      session: SessionView(
        license: rules.license, isConnected: isConnected, lastEnd: lastEnd, configurations: ["fleet": 3]),
      isRunning: isRunning, certificate: certificate, fault: fault, settingsFault: settingsFault, time: rules.now,
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

  @Test("a certificate that the wall clock is before is not said to be good for all the longer: the clock is slow")
  func slowClock() throws {
    let rules = SessionRules.scripted(clocks)
    let certificate = AgentStatus.Certificate(
      custody: "file", notBefore: 1_790_007_200, notAfter: 1_790_093_600, renewal: nil)
    let checks = try #require(try object(status(rules, certificate: certificate))["checks"] as? [[String: String]])
    #expect(checks[1]["outcome"] == "failed")
    #expect(checks[1]["words"] == "it is valid only in 2 hours: is this node's clock slow?")
  }

  @Test(
    "what to do is about whoever has to do something",
    arguments: [
      (SessionEnd.lost("Connection refused"), "Check that the operator runs"),
      (.unable("OpenBao is sealed"), "The operator is not to blame"),
      (.unverified("CN=other"), "Compare Operator=, OperatorName= and OperatorAnchor="),
      (.incompatible("it speaks version 2"), "Upgrade the older"),
    ])
  func advice(end: SessionEnd, words: String) {
    var rules = SessionRules.scripted(clocks)
    rules.dialing()
    rules.closed(end)
    let advice = status(rules, isConnected: false, lastEnd: end).advice
    #expect(advice.hasPrefix(words), "\(advice)")
    #expect(advice.hasSuffix("What runs on this node is left alone."))
  }

  @Test("a licensed node whose certificate is not renewed says so before it ends, and nothing else to do")
  func renewal() throws {
    var rules = SessionRules.scripted(clocks)
    try rules.license(by: scripted)
    #expect(status(rules).advice.isEmpty)
    let advice = status(rules, fault: "the certificate is not renewed: OpenBao is sealed").advice
    #expect(advice == "the certificate is not renewed: OpenBao is sealed.")
  }

  @Test("systemd's line stays as it is while the lease is renewed, and counts the lease down where nobody renews it")
  func line() throws {
    var rules = SessionRules.scripted(clocks)
    try rules.license(by: scripted)
    clocks.advance(.seconds(1))
    _ = rules.tick()
    let line = status(rules).line
    #expect(line.hasPrefix("Licensed since ") && line.contains("the grant lasts") && !line.contains("the lease"))
    clocks.advance(.seconds(5))
    _ = rules.tick()
    #expect(status(rules).line == line)
    rules.closed(.lost("Connection refused"))
    let counted = status(rules, isConnected: false)
    #expect(counted.line == counted.sentence && counted.line.contains(", the lease "))
    clocks.advance(.seconds(5))
    _ = rules.tick()
    #expect(status(rules, isConnected: false).line != counted.line)
  }

  @Test("a stopped agent says what it left behind, and not what it last saw")
  func stopped() throws {
    var rules = SessionRules.scripted(clocks)
    let never = status(rules, isRunning: false)
    #expect(never.sentence == "The agent is not running, and it left no grant behind that still holds.")
    #expect(never.advice.hasPrefix("`systemctl start ll-agent` starts it"))
    try rules.license(by: scripted)
    let left = status(rules, isRunning: false).sentence
    #expect(
      left
        == "The agent is not running. The grant that it left behind, by acme, lasts 1 day, and nobody renews the lease."
    )
  }

  @Test("settings that were read again and are wrong are shown beside the license")
  func settings() throws {
    let rules = SessionRules.scripted(clocks)
    #expect(try object(status(rules))["settingsFault"] == nil)
    let found = try object(status(rules, settingsFault: "a.conf:1:1: error: no"))
    #expect(found["settingsFault"] as? String == "a.conf:1:1: error: no")
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

  @Test("who watches the board hears of each change of the session and of the settings")
  func watched() throws {
    var rules = SessionRules.scripted(clocks)
    func view(_ isConnected: Bool) -> SessionView {
      SessionView(license: rules.license, isConnected: isConnected, lastEnd: nil, configurations: [:])
    }
    let board = StatusBoard(
      version: "1", licenseOperator: "operator.test:443", session: view(false), clock: clocks.clock())
    board.publish(view(false))
    let heard = Mutex<[String]>([])
    board.watch { status in heard.withLock { $0.append("\(status.session.isConnected) \(status.settingsFault ?? "")") }
    }
    try rules.license(by: scripted)
    board.publish(view(true))
    board.publish(settingsFault: "wrong")
    board.publish(fault: "not for the status line")
    #expect(heard.withLock { $0 } == ["true ", "true wrong"])
  }
}
