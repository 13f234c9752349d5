import Foundation
import LicenseProtocol
import SwiftProtobuf
import TestSupport
import Testing

@Suite("docs/license-protocol.md against proto/ and the words in use")
struct DocumentTests {
  let page: String
  let code: Set<Substring>

  init() throws {
    page = try DocumentTests.text("docs/license-protocol.md")
    let spans = page.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
    code = Set(spans.flatMap { $0.element.split { !($0.isLetter || $0.isNumber || $0 == "_") } })
  }

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: SharedFolder.checkout.appendingPathComponent(path), encoding: .utf8)
  }

  @Test("every message and every field of the protocol is named", arguments: ["agent", "keyserver"])
  func fields(name: String) throws {
    let source = try DocumentTests.text("proto/lowlayer/\(name)/v1/\(name).proto")
    var named = 0
    for line in source.split(separator: "\n") {
      let words = line.split { " ;{".contains($0) }.prefix { !$0.hasPrefix("//") }
      if words.first == "message", words.count == 2 {
        #expect(code.contains(words[1]), "message \(words[1])")
        named += 1
      } else if let equals = words.firstIndex(of: "="), equals >= 2, line.hasPrefix(" "),
        !words[equals - 1].allSatisfy({ $0.isUppercase || $0 == "_" || $0.isNumber })
      {
        #expect(code.contains(words[equals - 1]), "field \(words[equals - 1])")
        named += 1
      }
    }
    #expect(named > 15)
  }

  @Test("every reason has its row: on the wire, its name, the check that it fails")
  func reasons() {
    for reason in Lowlayer_Agent_V1_Reason.allCases where reason != .unspecified {
      let text = Lowlayer_Agent_V1_Refusal.with { $0.reason = reason }.textFormatString()
      let wire = text.split(separator: "REASON_").last?.prefix { !$0.isNewline } ?? ""
      let row = "| `\(wire)` | \(reason.name) | \(reason.check.rawValue) | "
      #expect(page.contains(row), "\(row)")
    }
  }

  @Test("every standing and every check is named")
  func standings() {
    for kind in LicenseStanding.Kind.allCases { #expect(page.contains("`\(kind.rawValue)`"), "\(kind)") }
    let checks = LicenseCheck.allCases.map(\.rawValue).joined(separator: ", ")
    #expect(page.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(checks))
  }

  @Test("the numbers are those in use")
  func numbers() {
    let timing = SessionTiming.standard
    for row in [
      "| heartbeat interval | \(timing.heartbeatInterval.words) |", "| lease | \(timing.leaseDuration.words) |",
      "two heartbeat intervals (\(timing.silenceLimit.words))",
      "| challenge | single use, \(SessionTiming.challengeLifetime.components.seconds) s from its sending |",
      "| mass-expiry brake | \(ExpiryBrake().share) % of the seats, at least \(ExpiryBrake().minimum), in "
        + "\(ExpiryBrake().window.words) |",
    ] {
      #expect(page.contains(row), "\(row)")
    }
  }
}
