import Foundation
import Testing

@testable import Kubelet

/// The scanner beside Foundation's JSON.
@Suite("The kubelet's JSON, read as it comes")
struct ScannerTests {
  /// A fixed seed (xorshift), so that a find can be found again.
  private struct Random {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    mutating func next(below limit: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(limit))
    }
  }

  /// What Foundation makes of a list of pods: how many of each phase; `nil` where it is none.
  private func expected(_ json: [UInt8]) -> [String: Int]? {
    guard let list = try? JSONSerialization.jsonObject(with: Data(json)) as? [String: Any],
      list["kind"] as? String == "PodList"
    else { return nil }
    let none: (Any?) -> Bool = { $0 == nil || $0 is NSNull }
    if none(list["items"]) { return [:] }
    guard let items = list["items"] as? [[String: Any]] else { return nil }
    var phases: [String: Int] = [:]
    for item in items {
      guard let status = none(item["status"]) ? [:] : item["status"] as? [String: Any] else { return nil }
      guard let phase = none(status["phase"]) ? "" : status["phase"] as? String else { return nil }
      phases[["Pending", "Running", "Succeeded", "Failed"].contains(phase) ? phase : "Unknown", default: 0] += 1
    }
    return phases
  }

  private func read(_ json: [UInt8], pieces: (inout Random) -> Int, _ random: inout Random) -> [String: Int]? {
    var reader = PodListReader()
    var rest = json[...]
    while !rest.isEmpty {
      let piece = rest.prefix(pieces(&random))
      piece.withUnsafeBytes { reader.read($0) }
      rest = rest.dropFirst(piece.count)
    }
    guard let phases = try? reader.value() else { return nil }
    return Dictionary(uniqueKeysWithValues: phases.byName.filter { $0.count > 0 }.map { ($0.phase, $0.count) })
  }

  @Test("what it says of a list is what Foundation says, in pieces of any length, whole and scrambled")
  func beside() {
    var random = Random()
    let lists = [
      RecordedAnswers.pods, #"{"kind":"PodList","items":null}"#, #"{"items":[],"kind":"PodList"}"#,
      #"{"kind":"PodList","items":[{"status":{"phase":"Failed","x":[-0.5e+3,1E9,0,{"a":[[]]}]}},{"status":null},{}]}"#,
      #" {"kind" : "PodList" , "items" : [ { "status" : { "phase" : null } } , {"spec":{"phase":"Failed"}} ] } "#,
    ]
    // What may stand for a byte: what structure is made of, and what is not.
    let bytes = Array("{}[]\",:\\ -+.eE019truefalsnul\n\t\u{1}x".utf8)
    var whole = 0
    for round in 0..<4000 {
      var json = Array(lists[round % lists.count].utf8)
      // Escapes beyond ASCII are not decoded here.
      guard !json.contains(where: { $0 > 0x7f }) else { continue }
      for _ in 0..<random.next(below: 4) {
        json[random.next(below: json.count)] = bytes[random.next(below: bytes.count)]
      }
      let text = String(decoding: json, as: UTF8.self)
      // Two members of one name: which one counts is nobody's business; and an escaped name is not known again.
      guard Self.names(text, "kind") <= 1, Self.names(text, "items") <= 1, !text.contains("\\") else { continue }
      // Foundation takes a comma before the end of an array, which RFC 8259 has not.
      guard text.range(of: #",[ \n\t]*\]"#, options: .regularExpression) == nil else { continue }
      let foundation = expected(json)
      if foundation != nil { whole += 1 }
      #expect(read(json, pieces: { $0.next(below: 40) + 1 }, &random) == foundation, "\(text)")
      #expect(read(json, pieces: { _ in .max }, &random) == foundation, "\(text)")
    }
    #expect(whole > 300)
  }

  private static func names(_ text: String, _ name: String) -> Int {
    text.components(separatedBy: "\"\(name)\"").count - 1
  }

  @Test(
    "what is no JSON is refused, whatever lies around it",
    arguments: [
      "", " ", "{", "{}}", "{},", "[]", "7", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{\"a\":01}", "{\"a\":1.}",
      "{\"a\":.5}",
      "{\"a\":1e}", "{\"a\":+1}", "{\"a\":-}", "{\"a\":tru}", "{\"a\":nul", "{\"a\":True}", "{\"a\":\"\u{1}\"}",
      "{\"a\":\"\\x\"}",
      "{\"a\":\"\\u12g4\"}", "{\"a\":[1,]}", "{\"a\":[}]", "{\"a\":1}{\"a\":1}", "{'a':1}", "{a:1}", "{\"a\":\"",
      "{\"kind\":\"PodList\",\"items\":[{\"status\":[]}]}", "{\"kind\":\"PodList\",\"items\":[[]]}",
      "{\"kind\":[\"PodList\"],\"items\":[]}", "{\"kind\":\"PodList\",\"items\":{}}",
      "{\"kind\":\"PodList\",\"items\":[{\"status\":{\"phase\":1}}]}",
    ])
  func refused(_ text: String) {
    #expect(throws: KubeletError.self) { try PodListReader.value(of: Array(text.utf8)) }
  }

  @Test("the end of a string's plain content is found wherever it is, among any other bytes")
  func plain() {
    for end in 0..<20 {
      for stop in UInt8.min...UInt8.max {
        for other in [UInt8(0x20), 0x21, 0x23, 0x5b, 0x5d, 0x7f, 0x80, 0xa2, 0xdc, 0xff] {
          var bytes = [UInt8](repeating: other, count: 24)
          bytes[end] = stop
          let expected = bytes.firstIndex { $0 == 0x22 || $0 == 0x5c || $0 < 0x20 } ?? bytes.count
          #expect(bytes.withUnsafeBytes { JSONGrammar.plain($0, from: 0) } == expected)
        }
      }
    }
  }

  @Test("brackets without an end are refused, not followed down")
  func deep() {
    let open = Array(#"{"kind":"PodList","x":"#.utf8) + [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
    #expect(throws: KubeletError.malformed("the JSON is nested too deeply")) {
      try PodListReader.value(of: open)
    }
  }

  @Test("a list of 500 pods is read without being kept")
  func long() throws {
    let managed = String(repeating: #"{"f:metadata":{"f:labels":{".":{},"f:app":{}}}},"#, count: 200)
    let pod = #"{"metadata":{"managedFields":[\#(managed.dropLast())]},"status":{"phase":"Running"}}"#
    let list = #"{"kind":"PodList","items":[\#(Array(repeating: pod, count: 500).joined(separator: ","))]}"#
    let phases = try PodListReader.value(of: Array(list.utf8))
    #expect(phases == PodPhases(running: 500))
  }

  @Test("of a summary the node is kept as it is written, and what lies below pods is counted")
  func summary() throws {
    let text = #"""
      {"pods":[{"node":{"nodeName":"b"},"containers":[{"name":"x"},{"cpu":{}}]},{},{"containers":null}],
       "node" : {"nodeName":"a \u00e9","cpu":{"usageNanoCores":5},"systemContainers":[{"name":"kubelet"}]} , "x":1}
      """#
    var expected = try SummaryReader.value(of: Array(#"{"node":{"nodeName":"a é"}}"#.utf8))
    expected.cpu = StatsSummary.CPU(usageNanoCores: 5)
    expected.systemContainers = [StatsSummary.SystemContainer(name: "kubelet")]
    (expected.pods, expected.containers) = (3, 2)
    var reader = SummaryReader()
    for byte in text.utf8 { withUnsafeBytes(of: byte) { reader.read($0) } }
    #expect(try reader.value() == expected)
  }
}
