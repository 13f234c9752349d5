import BootLab
import Testing

@Suite("The journal as JSON")
struct JournalTests {
  @Test(
    "every form of a value that journalctl(1) names is read",
    arguments: [
      (#""plain""#, "plain"), (#""a\"b\\c\/d""#, "a\"b\\c/d"), (#""\n\t\r""#, "\n\t\r"),
      (#""\u00e9 \ud83d\ude00""#, "é 😀"), (#""lone \ud83d end""#, "lone \u{FFFD} end"),
      ("[104,105]", "hi"), ("[255,104]", "\u{FFFD}h"), (#"["first","second"]"#, "first"),
      ("[[104,105],\"second\"]", "hi"), ("[]", ""),
    ])
  func forms(json: String, text: String) throws {
    let line = "{\"__MONOTONIC_TIMESTAMP\":\"12\",\"MESSAGE\":\(json)}"
    let entry = try #require(JournalStream(Array(line.utf8)).entries.first)
    #expect(entry["MESSAGE"] == text)
    #expect(entry.monotonic == 12)
  }

  @Test("a value that journalctl withholds is absent")
  func withheld() {
    let stream = JournalStream(Array(#"{"__MONOTONIC_TIMESTAMP":"12","MESSAGE":null}"#.utf8))
    #expect(stream.entries.first?["MESSAGE"] == nil)
    #expect(stream.entries.first?.message == "")
  }

  @Test(
    "a line that is no entry is counted and harms no other",
    arguments: [
      "-- No entries --", "{", "{}", #"{"MESSAGE":"no time"}"#, #"{"__MONOTONIC_TIMESTAMP":"x"}"#,
      #"{"__MONOTONIC_TIMESTAMP":"1"} more"#, #"{"__MONOTONIC_TIMESTAMP":"1","#, #"{"__MONOTONIC_TIMESTAMP":1,}"#,
      "[[[[", #"{"a":[[[1]]]}"#, "\u{0}", #"{"a":"\u12"#, #"{"a":"\x"}"#,
    ])
  func noEntry(line: String) {
    let good = #"{"__MONOTONIC_TIMESTAMP":"7","MESSAGE":"good"}"#
    let stream = JournalStream(Array("\(good)\n\(line)\n\n\(good)\n".utf8))
    #expect(stream.entries.map(\.message) == ["good", "good"])
    #expect(stream.unreadableLines == 1)
  }

  @Test("a sender's own stamp comes before that of its receipt")
  func stamps() {
    let line = #"{"__MONOTONIC_TIMESTAMP":"900","_SOURCE_MONOTONIC_TIMESTAMP":"800"}"#
    #expect(JournalStream(Array(line.utf8)).entries.first?.monotonic == 800)
  }

  @Test("a recorded journal is the same wherever its transport cuts it")
  func cuts() throws {
    let bytes = Array(try Recording("good").bytes.prefix(3000))
    let whole = JournalStream(bytes)
    #expect(whole.entries.count > 5)
    for cut in stride(from: 1, to: bytes.count, by: 7) {
      var stream = JournalStream()
      stream.add(Array(bytes[..<cut]))
      stream.add(Array(bytes[cut...]))
      stream.finish()
      #expect(stream.entries == whole.entries)
    }
  }

  @Test("only systemd tells of units")
  func claims() throws {
    let entry = try #require(try Recording("good").entries.first { UnitEvent($0) != nil })
    var forged = entry.fields
    forged["_PID"] = "4711"
    #expect(UnitEvent(try #require(JournalEntry(forged))) == nil)
  }
}
