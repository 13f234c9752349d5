import Diagnostics
import Foundation
import Quadlet
import SystemdUnit
import TestSupport
import Testing

@Suite(.enabled(if: SharedFolder.url != nil, "the shared conformance cases are not here"))
struct ConformanceTests {
  /// Cases that are known to differ, `NAME<tab>REASON`, without comments and empty lines.
  static let known: [String: String] = {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/known-differences.txt")
    let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    return text.components(separatedBy: "\n").reduce(into: [:]) { known, line in
      let parts = line.components(separatedBy: "\t")
      if parts.count == 2, !line.hasPrefix("#") { known[parts[0]] = parts[1] }
    }
  }()

  @Test("every case converts as podman's own generator converts it, apart from those listed with a reason")
  func casesAgree() {
    #expect(ConformanceCase.all.count == 374)
    var differing = Set<String>()
    for conformance in ConformanceCase.all {
      let differences = conformance.differences
      if differences.isEmpty { continue }
      differing.insert(conformance.name)
      let text = differences.joined(separator: "\n  ")
      #expect(Self.known[conformance.name] != nil, "\(conformance.name):\n  \(text)")
    }
    #expect(Set(Self.known.keys) == differing, "the list names cases that agree by now")
  }
}
