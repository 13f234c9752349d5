import Foundation
import NodeMetrics
import Testing

/// With `LL_WRITE_GOLDEN=1` the goldens are written instead of compared.
@Suite("What is shown of a host")
struct GoldenTests {
  @Test("each tree in each format is what was committed", arguments: FixtureTree.all)
  func golden(tree: FixtureTree) throws {
    let snapshot = try tree.snapshot()
    let outputs = [
      ("prom", Exposition.prometheus(snapshot)), ("om", Exposition.openMetrics(snapshot)),
      ("json", Exposition.json(snapshot)),
    ]
    for (kind, bytes) in outputs {
      let file = FixtureTree.folder.appendingPathComponent("expected/\(tree.name).\(kind)")
      if ProcessInfo.processInfo.environment["LL_WRITE_GOLDEN"] == "1" {
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
      }
      let expected = String(decoding: try Data(contentsOf: file), as: UTF8.self).split(separator: "\n")
      let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      for (line, wanted) in zip(lines, expected) where line != wanted {
        Issue.record("\(tree.name).\(kind): \(line) instead of \(wanted)")
        break
      }
      #expect(lines.count == expected.count)
    }
  }

  @Test("the same snapshot gives the same bytes, whoever asks", arguments: FixtureTree.all)
  func deterministic(tree: FixtureTree) throws {
    let first = try tree.snapshot()
    let second = try tree.snapshot()
    #expect(first == second)
    #expect(Exposition.prometheus(first) == Exposition.prometheus(second))
    #expect(Exposition.openMetrics(first) == Exposition.openMetrics(second))
    #expect(Exposition.json(first) == Exposition.json(second))
  }
}
