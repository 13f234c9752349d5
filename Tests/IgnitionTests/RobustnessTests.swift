import Diagnostics
import Foundation
import Ignition
import TestSupport
import Testing

@Suite("Texts that are no config")
struct RobustnessTests {
  private static func parse(_ text: String) -> ParseResult { IgnitionConfig.parse(Array(text.utf8)) }

  private static func descriptions(_ result: ParseResult) -> [String] {
    result.report.findings.map { finding in
      let place = finding.position.map { "\($0.line):\($0.column) " } ?? ""
      return "\(place)\(finding.severity.rawValue) \(finding.path?.description ?? "-"): \(finding.message)"
    }
  }

  @Test(
    "a text that Ignition refuses before it makes a report has one finding without a path",
    arguments: [
      ("", "error -: the config is empty"),
      ("{}", "1:1 error -: ignition.version is \"\", which is no version"),
      ("null", "1:1 error -: ignition.version is \"\", which is no version"),
      ("{\"ignition\": {\"version\": \"x\"}}", "1:26 error -: ignition.version is \"x\", which is no version"),
      (
        "{\"ignition\": {\"version\": \"2.3.0\"}}",
        "1:26 error -: unsupported config version 2.3.0; 3.0.0 to 3.6.0 are known"
      ),
    ])
  func refused(text: String, finding: String) {
    #expect(Self.descriptions(Self.parse(text)) == [finding])
  }

  @Test(
    "a fault of the JSON is one error at the offending byte",
    arguments: [
      ("{", "1:2 error $: unexpected end of JSON input"),
      ("{\n  \"a\": 1,\n}", "3:1 error $: invalid character '}' looking for beginning of object key string"),
      ("[1 2]", "1:4 error $: invalid character '2' after array element"),
      ("\"\\x\"", "1:3 error $: invalid character 'x' in string escape code"),
      ("-", "1:2 error $: unexpected end of JSON input"),
      ("tru", "1:4 error $: unexpected end of JSON input"),
      ("\u{1}", "1:1 error $: invalid character '\\x01' looking for beginning of value"),
      ("{\"ignition\": {\"version\": 3}}", "1:26 error $: $.ignition.version is the number 3, and must be a string"),
      (
        "{\"ignition\": {\"version\": \"3.6.0\"}, \"storage\": {\"files\": [{\"mode\": \"644\"}]}}",
        "1:67 error $: $.storage.files.0.mode is a string, and must be a number"
      ),
      (
        "{\"ignition\": {\"version\": \"3.6.0\"}, \"storage\": {\"files\": [{\"mode\": 1e3}]}}",
        "1:67 error $: $.storage.files.0.mode is the number 1e3, and must be a whole number of 64 bits"
      ),
    ])
  func syntax(text: String, finding: String) {
    #expect(Self.descriptions(Self.parse(text)) == [finding])
  }

  @Test("100,000 brackets are an error where they go too deep")
  func deep() {
    let result = Self.parse(String(repeating: "[", count: 100_000))
    #expect(Self.descriptions(result) == ["1:10001 error $: invalid character '[' exceeded max depth"])
    let objects = Self.parse(String(repeating: "{\"a\":", count: 100_000))
    #expect(objects.report.hasErrors)
  }

  @Test("a text beyond the limit is refused unread")
  func long() {
    let result = IgnitionConfig.parse([UInt8](repeating: 0x20, count: IgnitionConfig.longestText + 1))
    #expect(result.report.findings.count == 1 && result.config == nil)
  }

  @Test("more list entries than a text of that size can mean are an error")
  func entries() {
    let nulls = String(repeating: "null,", count: 100_000) + "null"
    let result = Self.parse("{\"ignition\":{\"version\":\"3.6.0\"},\"storage\":{\"files\":[\(nulls)]}}")
    #expect(result.config == nil)
    #expect(result.report.findings.count == 1 && result.report.findings.first?.path == .root)
  }

  @Test("of a text of nothing but faults only the first are kept, and the rest counted")
  func leftOut() {
    let files = String(repeating: "{\"path\":\"a\",\"x\":1},", count: 20_000) + "{}"
    let result = Self.parse("{\"ignition\":{\"version\":\"3.6.0\"},\"storage\":{\"files\":[\(files)]}}")
    #expect(result.config == nil)
    #expect(result.report.findings.count == 20_002)
    let counts = result.report.findings.filter { $0.path == nil }.map(\.message)
    #expect(counts == ["30000 more errors", "10000 more warnings"])
  }

  @Test("a repeated member is warned of once, at its last place, and what it replaced is not")
  func repeated() {
    let text = """
      {"ignition": {"version": "3.6.0"},
       "storage": {"a": 1, "files": [{"path": "/a", "b": 1}]},
       "storage": {"a": 2, "a": 3},
       "x": 1, "x": 2}
      """
    #expect(
      Self.descriptions(Self.parse(text)) == [
        "3:22 warning $.storage.a: unused key a", "4:10 warning $.x: unused key x",
      ])
  }

  @Test("invalid UTF-8 is read as U+FFFD")
  func invalidUTF8() {
    var bytes = Array("{\"ignition\":{\"version\":\"3.6.0\"},\"storage\":{\"files\":[{\"path\":\"/a".utf8)
    bytes += [0xFF] + Array("\"}]}}".utf8)
    #expect(IgnitionConfig.parse(bytes).config?.storage.files.first?.path == "/a\u{FFFD}")
  }

  @Test("every value has a place")
  func places() {
    let text =
      "{\"ignition\": {\"version\": \"3.6.0\"},\n \"storage\": {\"files\": [\n  {\"path\": \"/a\", \"mode\": 420}]}}"
    let result = Self.parse(text)
    let path = ValuePath.root.appending("storage").appending("files").appending(0)
    #expect(result.position(of: path) == SourcePosition(line: 3, column: 3))
    #expect(result.position(of: path.appending("mode")) == SourcePosition(line: 3, column: 26))
    #expect(result.position(of: path.appending("user")) == SourcePosition(line: 3, column: 3))
    #expect(result.position(of: .root) == SourcePosition(line: 1, column: 1))
    #expect(Self.parse("{").position(of: .root) == nil)
  }

  @Test("every beginning of a config is refused")
  func truncated() throws {
    var report = Report()
    let whole = try #require(Samples.whole.encoded(for: .v36, report: &report))
    for count in stride(from: 0, to: whole.count - 2, by: 3) {
      #expect(IgnitionConfig.parse(Array(whole[..<count])).config == nil)
    }
  }

  @Test("changed bytes never stop the process, and what is accepted can be written and read again")
  func mutated() throws {
    var report = Report()
    let whole = try #require(Samples.whole.encoded(for: .v36, report: &report))
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func next(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    let pieces = [
      "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "1e999", "-1", "true", "\u{0}", "\\ud800", "\"a\":1,", "[{}]",
    ]
    for _ in 0..<1500 {
      var bytes = whole
      for _ in 0...next(4) {
        let start = next(bytes.count)
        let end = min(bytes.count, start + next(12))
        bytes.replaceSubrange(start..<end, with: pieces[next(pieces.count)].utf8)
      }
      let result = IgnitionConfig.parse(bytes)
      guard let config = result.config else { continue }
      var lacks = Report()
      let written = try #require(config.encoded(for: .v36, report: &lacks))
      #expect(IgnitionConfig.parse(written).config == config)
    }
  }
}
