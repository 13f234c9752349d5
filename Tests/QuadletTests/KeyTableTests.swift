import Foundation
import Quadlet
import TestSupport
import Testing

@Suite(.enabled(if: SharedFolder.url != nil, "the shared key tables are not here"))
struct KeyTableTests {
  private struct Recorded: Decodable {
    struct Section: Decodable {
      struct Key: Decodable { var since: String }
      var since: String
      var keys: [String: Key]
    }
    var sections: [String: Section]
  }

  @Test("every section has the keys that podman's releases have, each since the same release")
  func tables() throws {
    let bytes = try SharedFolder.bytes(of: "conformance/quadlet/keys.json")
    let recorded = try JSONDecoder().decode(Recorded.self, from: Data(bytes)).sections
    var tables = Dictionary(uniqueKeysWithValues: QuadletUnit.Kind.allCases.map { ($0.section, $0.keys) })
    tables["Quadlet"] = .quadlet
    #expect(Set(tables.keys) == Set(recorded.keys))
    for (name, table) in tables {
      #expect(table.keys.mapValues(\.description) == recorded[name]?.keys.mapValues(\.since), "\(name)")
      #expect(table.since.description == recorded[name]?.since, "\(name)")
    }
  }
}
