import Testing

@testable import KubernetesDouble

@Suite("server-side apply")
struct ServerSideApplyTests {
  private func map(_ data: JSON) -> JSON {
    ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "ll-addons"], "data": data]
  }

  @Test("two managers' keys live beside each other")
  func beside() throws {
    let first = try ServerSideApply.merge(map(["rbac": "1"]), into: nil, manager: "ll-node-rbac", force: false)
    let second = try ServerSideApply.merge(map(["cilium": "2"]), into: first, manager: "ll-node-cilium", force: false)
    #expect(second["data"] == ["rbac": "1", "cilium": "2"])
    #expect(second["metadata"]["managedFields"].items?.count == 2)
  }

  @Test("what a manager no longer applies goes, what others own stays")
  func removal() throws {
    let first = try ServerSideApply.merge(map(["a": "1", "b": "1"]), into: nil, manager: "one", force: false)
    let other = try ServerSideApply.merge(map(["b": "1"]), into: first, manager: "two", force: false)
    let second = try ServerSideApply.merge(map([:]), into: other, manager: "one", force: false)
    #expect(second["data"] == ["b": "1"])
  }

  @Test("another's field is a conflict, and with force it changes hands")
  func conflict() throws {
    let first = try ServerSideApply.merge(map(["a": "1"]), into: nil, manager: "one", force: false)
    let status = #expect(throws: APIStatus.self) {
      try ServerSideApply.merge(map(["a": "2"]), into: first, manager: "two", force: false)
    }
    #expect(status?.code == 409)
    #expect(status?.message == "Apply failed with 1 conflict: conflict with \"one\": .data.a")
    let forced = try ServerSideApply.merge(map(["a": "2"]), into: first, manager: "two", force: true)
    #expect(forced["data"] == ["a": "2"])
    let back = try ServerSideApply.merge(map([:]), into: forced, manager: "one", force: false)
    #expect(back["data"] == ["a": "2"])
  }

  @Test("the same again changes nothing")
  func idempotent() throws {
    let once = try ServerSideApply.merge(map(["a": "1"]), into: nil, manager: "one", force: false)
    #expect(try ServerSideApply.merge(map(["a": "1"]), into: once, manager: "one", force: false) == once)
  }
}

@Suite("JSON merge patch and kubectl's JSONPath")
struct NotationTests {
  @Test(
    "RFC 7396's own examples",
    arguments: [
      (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
      (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
      (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
      (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
      (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
      (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
  func mergePatch(_ row: (target: String, patch: String, result: String)) throws {
    let result = MergePatch.merge(try JSON(parsing: row.patch.utf8), into: try JSON(parsing: row.target.utf8))
    #expect(result == (try JSON(parsing: row.result.utf8)))
  }

  @Test("the templates that ll-node gives to kubectl")
  func jsonPath() throws {
    let list: JSON = [
      "items": [
        ["metadata": ["name": "master-1", "labels": ["a": "b", "c": ""]]], ["metadata": ["name": "worker-1"]],
      ]
    ]
    let nodes = try JSONPath("{range .items[*]}{.metadata.name} {.metadata.labels}{\"\\n\"}{end}")
    #expect(nodes.text(of: list) == "master-1 {\"a\":\"b\",\"c\":\"\"}\nworker-1 \n")
    #expect(throws: Refusal.self) { try JSONPath("{range .items[*]}{.metadata.name}") }
  }

  @Test(
    "durations as Go reads them",
    arguments: [
      ("60s", 60_000_000_000), ("1h15m30.918s", 4_530_918_000_000), ("0", 0), ("-1.5h", -5_400_000_000_000),
      ("1µs", 1000), ("60", nil), ("", nil), ("s", nil), ("1d", nil),
    ] as [(String, Int64?)])
  func durations(_ row: (text: String, nanoseconds: Int64?)) {
    #expect(GoDuration(row.text)?.nanoseconds == row.nanoseconds)
  }
}
