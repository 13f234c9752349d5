import Foundation
import TestSupport
import Testing

/// docs/collectors/modes.md against the program in each of the modes.
@Suite("Modes", .serialized, .enabled(if: geteuid() == 0, "namespaces and users need root"))
struct ModeTests {
  enum Mode: String, CaseIterable, Sendable { case root, nobody, pod, bareMount }

  /// Each line of the table: a collector and whether it reads in each mode.
  private static func table() throws -> [(collector: String, reads: [Bool])] {
    let text = try String(
      contentsOf: SharedFolder.checkout.appendingPathComponent("docs/collectors/modes.md"), encoding: .utf8)
    return text.split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 5, cells.dropFirst().allSatisfy({ $0 == "✓" || $0 == "–" }) else { return nil }
      return (cells[0], cells.dropFirst().map { $0 == "✓" })
    }
  }

  /// The state of each reading.
  private func states(_ mode: Mode) throws -> [String: String] {
    let folder = try TemporaryFolder()
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/mode.sh")
    let output = try Command(
      ["unshare", "--mount", "--fork", "--kill-child", "sh", script.path, mode.rawValue, folder.url.path]
        + [BuiltProgram.path("ll-agent")])
    #expect(output.status == 0, "\(output.errors)")
    let snapshot = try JSONSerialization.jsonObject(with: Data(output.output.utf8)) as? [String: Any]
    let readings = try #require(snapshot?["readings"] as? [String: [String: Any]])
    return readings.compactMapValues { $0["state"] as? String }
  }

  @Test("the table says what each mode reads", arguments: Mode.allCases)
  func table(_ mode: Mode) throws {
    let column = try #require(Mode.allCases.firstIndex(of: mode))
    let table = try Self.table()
    let root = try states(.root)
    let states = try mode == .root ? root : states(mode)
    #expect(Set(table.map(\.collector)).union(["kubelet"]) == Set(states.keys))
    for line in table {
      let expected = line.reads[column] ? root[line.collector] : "unavailable"
      #expect(states[line.collector] == expected, "\(line.collector)")
    }
  }
}
