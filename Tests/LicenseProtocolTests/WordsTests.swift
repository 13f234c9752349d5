import Foundation
import LicenseProtocol
import SwiftProtobuf
import Testing

@Suite("The words for a license")
struct WordsTests {
  @Test("minutes since 1970 read as Foundation's calendar reads them")
  func times() {
    let style = Date.ISO8601FormatStyle(timeZone: .gmt)
    var random = SeededGenerator(seed: 1)
    var seconds: [Int64] = [0, -1, 951_782_399, 951_782_400, 951_868_799, 4_107_542_399, 4_107_542_400, 1_709_164_800]
    for _ in 0..<500 { seconds.append(Int64.random(in: 0...7_000_000_000, using: &random)) }
    for second in seconds {
      let expected = Date(timeIntervalSince1970: Double(second)).formatted(style)
      let date = expected.prefix(10)
      let minute = expected.dropFirst(11).prefix(5)
      #expect(ServerTime(nanoseconds: second * 1_000_000_000).words == "\(date) \(minute) UTC")
      #expect(ServerTime(nanoseconds: second * 1_000_000_000 + 999_999_999).timestamp == expected)
    }
  }

  @Test(
    "lengths read with their two largest units",
    arguments: [
      (Duration.milliseconds(28_900), "28 s"), (.zero, "0 s"), (.seconds(-5), "0 s"), (.seconds(60), "1 minute"),
      (.seconds(65), "1 minute 5 s"), (.seconds(7200), "2 hours"), (.seconds(3660), "1 hour 1 minute"),
      (.seconds(86_400), "1 day"), (.seconds(6 * 86_400 + 3 * 3600 + 59), "6 days 3 hours"),
    ])
  func lengths(length: Duration, words: String) { #expect(length.words == words) }

  @Test("no length or time from the wire overflows", arguments: [Int64.min, -1, 0, 1, .max])
  func extremes(nanoseconds: Int64) {
    let time = ServerTime(nanoseconds: nanoseconds)
    #expect(time.nanoseconds == nanoseconds)
    #expect((time + .nanoseconds(Int64.max) + .nanoseconds(Int64.max)).nanoseconds >= nanoseconds)
    #expect(!time.words.isEmpty)
    #expect(BootTime(nanoseconds: .max).nanoseconds == UInt64(Int64.max))
    #expect(Duration.nanoseconds(nanoseconds).wholeMilliseconds <= .max)
  }

  @Test("licensed: since when, by whom, how held, how long")
  func licensed() throws {
    var scene = try Scene.licensed()
    scene.pass(.seconds(12))
    let status = scene.state.status(at: scene.now)
    #expect(
      status.sentence
        == "Licensed since 2026-11-21 22:26 UTC by acme, mode enterprise, with a hardware TPM: "
        + "the grant lasts 6 days 23 hours, the lease 28 s.")
    #expect(status.advice.isEmpty)
    #expect(status.failedCheck == nil)
    #expect(status.checks.allSatisfy { $0.outcome == .passed })
  }

  @Test("licensed without a session: for how long, why, and what to do")
  func licensedDisconnected() throws {
    var scene = try Scene.licensed()
    scene.handle(.disconnected("connection refused"))
    scene.pass(.seconds(12))
    let status = scene.state.status(at: scene.now)
    #expect(status.sentence.hasSuffix("The operator has been out of reach for 12 s (connection refused)."))
    #expect(status.advice == "Check that the operator runs and that this node reaches it, before the lease ends.")
    #expect(status.checks.first?.outcome == .failed)
    #expect(status.checks.dropFirst().allSatisfy { $0.outcome == .passed })
  }

  @Test("grace is displayed, and the node stays licensed")
  func grace() throws {
    var scene = Scene()
    scene.welcome()
    let until = scene.server + .seconds(86_400)
    scene.handle(
      .granted(
        try scene.grant(epoch: 1) {
          $0.entitlement = .grace
          $0.graceUntilNs = until.nanoseconds
        }))
    scene.beat(1)
    let status = scene.state.status(at: scene.now)
    #expect(status.isLicensed)
    #expect(status.graceRemaining == .seconds(86_400))
    #expect(status.sentence.hasSuffix("The operator cannot reach its key server and goes on granting for 1 day."))
    #expect(status.advice.hasPrefix("Nothing to do on this node"))
  }

  @Test("a lost lease: since when, why, that the seat is kept, and that workloads are left alone")
  func leaseLost() throws {
    var scene = try Scene.licensed()
    scene.handle(.disconnected("no route to host"))
    scene.pass(.seconds(160))
    let status = scene.state.status(at: scene.now)
    #expect(
      status.sentence == "Not licensed since 2026-11-21 22:27 UTC: the lease expired (no route to host). "
        + "The seat is kept: the grant lasts 6 days 23 hours.")
    #expect(status.age == .seconds(120), "since the lease ended, not since somebody looked")
    #expect(status.advice.hasSuffix("What runs on this node is left alone."))
    #expect(status.failedCheck == .lease)
  }

  static let refusals: [(LicenseRefusal, LicenseCheck, String)] = [
    (
      .noSeat(organisation: "acme", node: "worker-7", used: 2, limit: 2), .seat,
      "Organisation acme has 2 seats taken of at most 2, so node worker-7 gets none."
    ),
    (
      .protocolVersion(offered: 2...3, spoken: 1...1), .protocolVersion,
      "The agent speaks versions 2 to 3, and the operator version 1."
    ),
    (
      .requiredFeatures(["a", "b"]), .protocolVersion, "The other end requires what is not understood here: a, b."
    ),
    (
      .assuranceLowered(from: .hardwareTpm, to: .fileKey), .attestation,
      "This node was attested with a hardware TPM and comes with a key in a file; nobody at the operator has consented to that."
    ),
    (.endorsementKeyBound(node: "worker-1"), .attestation, "This TPM's endorsement key is bound to node worker-1."),
    (.organisationUnknown, .identity, "No organisation that the operator knows issued this node's certificate."),
    (
      .noEntitlement(organisation: "acme", "the entitlement has run out"), .entitlement,
      "Organisation acme may run no nodes now: the entitlement has run out."
    ),
    (.nativeMode(organisation: "acme"), .entitlement, "Organisation acme runs in mode native, without agents."),
    (
      .certificateRevoked(serial: "0a"), .identity, "This node's certificate with serial number 0a is revoked."
    ),
    (
      .identity("the token is of another audience"), .identity,
      "This node's identity does not hold: the token is of another audience."
    ),
    (
      .unavailable("its state cannot be written"), .connection,
      "The operator cannot judge just now: its state cannot be written."
    ),
  ]

  @Test("a refusal's words are the operator's own, and name the check that failed", arguments: refusals)
  func refusal(refusal: LicenseRefusal, check: LicenseCheck, message: String) {
    #expect(refusal.message == message)
    var scene = Scene()
    scene.welcome()
    scene.handle(.refused(refusal.refusal()))
    let status = scene.state.status(at: scene.now)
    #expect(status.sentence == "Not licensed since 2026-11-21 22:26 UTC, \(refusal.reason.name): \(message)")
    #expect(status.failedCheck == check)
    #expect(status.advice == refusal.reason.advice)
    #expect(!status.advice.isEmpty)
    let index = LicenseCheck.allCases.firstIndex(of: check)
    for (place, item) in status.checks.enumerated() where place > (index ?? 0) {
      #expect(item.outcome == .notReached)
    }
  }

  @Test("a revoked certificate is still valid, and the agent runs: the advice is one that gets another all the same")
  func revokedAdvice() {
    #expect(
      Lowlayer_Agent_V1_Reason.certificateRevoked.advice
        == "If this node is to stay, enrol it again: `systemctl stop ll-agent`, `ll-agent enroll --renew`, "
        + "`systemctl start ll-agent`.")
  }

  @Test("words from the wire cannot break a line or forge one")
  func hostileWords() {
    var scene = Scene()
    scene.welcome()
    scene.handle(
      .refused(
        .with {
          $0.reason = .identity
          $0.message = "first\nLicensed since ever\u{1B}[2J"
        }))
    let sentence = scene.state.status(at: scene.now).sentence
    #expect(!sentence.unicodeScalars.contains { $0.value < 0x20 })
    #expect(sentence.hasSuffix("first Licensed since ever [2J."))
  }

  @Test("every standing has its own sentence and its own name")
  func standings() {
    #expect(Set(LicenseStanding.Kind.allCases.map(\.rawValue)).count == LicenseStanding.Kind.allCases.count)
    var scene = Scene()
    var sentences = [scene.state.status(at: scene.now).sentence]
    for event in [LicenseEvent.dialing, .welcomed(.with { $0.attestationRequired = true }), .welcomed(.init())] {
      scene.handle(event)
      sentences.append(scene.state.status(at: scene.now).sentence)
    }
    #expect(Set(sentences).count == 4)
    #expect(sentences.allSatisfy { $0.hasPrefix("Not licensed for 0 s: ") })
  }
}
