import Diagnostics
import Testing

@Suite("Findings")
struct FindingTests {
  @Test(
    "read as editors and compilers read them",
    arguments: [
      (
        Finding(.error, "no", file: "a.yaml", position: .init(line: 3, column: 7)), "a.yaml:3:7: error: no"
      ),
      (Finding(.warning, "hm", file: "a.yaml"), "a.yaml: warning: hm"), (Finding(.error, "bare"), "error: bare"),
      (Finding(.error, "x", position: .init(line: 1, column: 1)), "1:1: error: x"),
    ])
  func text(finding: Finding, expected: String) {
    #expect(finding.description == expected)
  }

  @Test("a report sorts by file and place, gravest first, and names each finding once")
  func sorting() {
    var report = Report()
    report.warning("later", file: "a", position: .init(line: 2, column: 1))
    report.error("second file", file: "b", position: .init(line: 1, column: 1))
    report.warning("same place", file: "a", position: .init(line: 1, column: 1))
    report.error("same place", file: "a", position: .init(line: 1, column: 1))
    report.error("same place", file: "a", position: .init(line: 1, column: 1))
    #expect(
      report.sorted.map(\.description) == [
        "a:1:1: error: same place", "a:1:1: warning: same place", "a:2:1: warning: later", "b:1:1: error: second file",
      ])
    #expect(report.hasErrors)
  }

  @Test("a pass that did not know its file is told it, and one that did keeps it")
  func fileOfAnotherPass() {
    var inner = Report()
    inner.error("one")
    inner.error("two", file: "known")
    var report = Report()
    report.add(contentsOf: inner, in: "named")
    #expect(report.findings.map(\.file) == ["named", "known"])
  }

  @Test("a path is written as Ignition's report writes it")
  func paths() {
    #expect(ValuePath.root.appending("storage").appending("files").appending(0).description == "$.storage.files.0")
  }
}

@Suite("Source texts")
struct SourceTextTests {
  @Test(
    "an offset is a line and a column in bytes, both from 1",
    arguments: [(0, 1, 1), (2, 1, 3), (3, 2, 1), (5, 3, 1), (8, 3, 4)])
  func positions(offset: Int, line: Int, column: Int) {
    let text = SourceText("ab\nc\näbc")
    #expect(text.position(ofByte: offset) == SourcePosition(line: line, column: column))
  }

  @Test("an excerpt shows the line with a caret under the column, also behind tabs and wide texts")
  func excerpts() {
    #expect(SourceText("one\ntwo three\n").excerpt(at: .init(line: 2, column: 5)) == "  two three\n      ^")
    #expect(SourceText("\tkey: 1").excerpt(at: .init(line: 1, column: 2)) == "   key: 1\n   ^")
    #expect(SourceText("ä b").excerpt(at: .init(line: 1, column: 4)) == "  ä b\n    ^")
    let long = String(repeating: "x", count: 500) + "HERE" + String(repeating: "y", count: 500)
    let lines = SourceText(long).excerpt(at: .init(line: 1, column: 501))?.split(separator: "\n") ?? []
    #expect(lines.count == 2 && lines[0].count == 102)
    #expect(lines[0].dropFirst(lines[1].count - 1).hasPrefix("HERE"))
    #expect(SourceText("one").excerpt(at: .init(line: 9, column: 1)) == nil)
    #expect(SourceText("").excerpt(at: .init(line: 1, column: 40)) == "  \n  ^")
    // What a terminal would obey is not passed on.
    #expect(SourceText("a\u{1B}[31m\u{202E}b").excerpt(at: .init(line: 1, column: 1)) == "  a·[31m·b\n  ^")
  }
}

@Suite("JSON that is printed")
struct JSONTextTests {
  @Test("escapes what RFC 8259 wants escaped")
  func escapes() {
    let value = JSONText.string("a\"b\\c\n\t\u{1}ä")
    #expect(String(decoding: value.compact, as: UTF8.self) == #""a\"b\\c\n\t\u0001ä""#)
  }

  @Test("keeps the order of members; the pretty form is the same value")
  func order() {
    let value = JSONText.object([
      .init("b", .integer(1)), .init("a", .array([.null, .boolean(true)])), .init("c", .array([])),
    ])
    #expect(String(decoding: value.compact, as: UTF8.self) == #"{"b":1,"a":[null,true],"c":[]}"#)
    #expect(
      String(decoding: value.pretty, as: UTF8.self)
        == "{\n  \"b\": 1,\n  \"a\": [\n    null,\n    true\n  ],\n  \"c\": []\n}\n")
  }
}
