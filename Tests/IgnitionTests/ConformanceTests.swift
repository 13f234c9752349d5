import Diagnostics
import Foundation
import Ignition
import TestSupport
import Testing

/// The verdicts of Ignition 2.26 on 1496 texts.
@Suite("Ignition 2.26's verdicts")
struct ConformanceTests {
  private struct Case: Decodable {
    struct Entry: Decodable, Hashable {
      var kind: String
      var path: String
      var line: Int?
      var column: Int?
    }
    var name: String
    var config: String?
    var config_base64: String?
    var accepted: Bool
    var report: [Entry]

    var bytes: [UInt8] {
      config.map { Array($0.utf8) } ?? config_base64.flatMap { Data(base64Encoded: $0) }.map { Array($0) } ?? []
    }
  }

  private static func cases() throws -> [Case] {
    let decoder = JSONDecoder()
    return try SharedFolder.bytes(of: "conformance/ignition/cases.jsonl").split(separator: 0x0A).map {
      try decoder.decode(Case.self, from: Data($0))
    }
  }

  /// Names of cases that differ, each with its reason behind a tab.
  private static func known() throws -> Set<String> {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/known-differences.txt")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
    return Set(lines.compactMap { $0.split(separator: "\t").first.map(String.init) })
  }

  @Test(
    "every text is accepted or refused as Ignition does, with entries of the same kinds at the same paths",
    .enabled(if: SharedFolder.url != nil, "needs the shared folder"))
  func verdicts() throws {
    var different: [String: String] = [:]
    var verdicts = 0
    let cases = try Self.cases()
    for item in cases {
      let result = IgnitionConfig.parse(item.bytes)
      if (result.config != nil) != item.accepted { verdicts += 1 }
      let ours = Set(
        result.report.findings.compactMap { finding in
          finding.path.map { "\(finding.severity.rawValue) \($0)" }
        })
      let theirs = Set(item.report.map { "\($0.kind) \($0.path)" })
      if ours != theirs || (result.config != nil) != item.accepted {
        different[item.name] = "ours \(ours.subtracting(theirs).sorted()), theirs \(theirs.subtracting(ours).sorted())"
      }
    }
    #expect(cases.count == 1496)
    #expect(verdicts == 0)
    let known = try Self.known()
    for (name, difference) in different where !known.contains(name) { Issue.record("\(name): \(difference)") }
    for name in known where different[name] == nil { Issue.record("\(name): no longer differs") }
  }

  @Test(
    "findings inside a text are at the line and column where Ignition sees them",
    .enabled(if: SharedFolder.url != nil, "needs the shared folder"))
  func places() throws {
    var different: [String] = []
    for item in try Self.cases() {
      let findings = IgnitionConfig.parse(item.bytes).report.findings
      for entry in item.report where entry.path != "$" && (entry.line ?? 0) > 0 {
        let isThere = findings.contains { finding in
          guard let place = finding.position, finding.path?.description == entry.path else { return false }
          // Ignition's column of an object is that of the byte behind its brace; ours is the brace's.
          return place.line == entry.line && (place.column...place.column + 1).contains(entry.column ?? 0)
        }
        if !isThere { different.append("\(item.name): \(entry)") }
      }
    }
    #expect(different == [])
  }
}
