import HostFS
import Testing

private func with<Result>(_ text: String, _ body: (ByteText) -> Result) -> Result {
  Array(text.utf8).withUnsafeBytes { body(ByteText($0)) }
}

@Suite("Bytes of a kernel file")
struct ByteTextTests {
  @Test(
    "a decimal number is what strtoull makes of digits alone, and nothing else is one",
    arguments: [
      ("0", 0), ("007", 7), ("18446744073709551615", .max), ("18446744073709551616", nil),
      ("99999999999999999999", nil),
      ("", nil), ("-1", nil), ("+1", nil), (" 1", nil), ("1 ", nil), ("1.0", nil), ("0x1", nil), ("１", nil),
      ("1\0", nil),
    ] as [(String, UInt64?)])
  func unsigned(text: String, value: UInt64?) {
    #expect(with(text) { $0.unsigned } == value)
  }

  @Test(
    "a signed number may have one minus",
    arguments: [
      ("-1", -1), ("12", 12), ("--1", nil), ("-", nil), ("9223372036854775807", .max), ("9223372036854775808", nil),
      ("-9223372036854775808", nil),
    ] as [(String, Int64?)])
  func signed(text: String, value: Int64?) {
    #expect(with(text) { $0.signed } == value)
  }

  @Test(
    "a hexadecimal number has at most 64 bits",
    arguments: [
      ("0000012c", 300), ("0x1003", 0x1003), ("FFFFFFFFFFFFFFFF", .max), ("00000000000000000000f", 15), ("0", 0),
      ("0x", nil),
      ("", nil), ("g", nil), ("11111111111111111", nil),
    ] as [(String, UInt64?)])
  func hexadecimal(text: String, value: UInt64?) {
    #expect(with(text) { $0.hexadecimal } == value)
  }

  @Test(
    "a fixed-point number has exactly the places asked for",
    arguments: [
      ("0.42", 2, 42), ("12.00", 2, 1200), ("1.2", 2, nil), ("1.234", 2, nil), ("1", 2, nil), (".50", 2, nil),
      ("1.-1", 2, nil), ("184467440737095516.15", 2, .max), ("184467440737095516.16", 2, nil),
    ] as [(String, Int, UInt64?)])
  func fixedPoint(text: String, places: Int, value: UInt64?) {
    #expect(with(text) { $0.fixedPoint(places: places) } == value)
  }

  @Test("lines and fields come off the front, blanks between them, the last line with or without its end")
  func linesAndFields() {
    let lines = with("a  b\tc \n\n  \nlast") { text in
      var rest = text
      var found: [[String]] = []
      while var line = rest.nextLine() {
        var fields: [String] = []
        while let field = line.nextField() { fields.append(field.string) }
        found.append(fields)
      }
      return found
    }
    #expect(lines == [["a", "b", "c"], [], [], ["last"]])
  }

  @Test("what stands before a separator comes off with it, and nothing does where there is none")
  func separator() {
    with("eth0: 1") { text in
      var rest = text
      #expect(rest.next(before: UInt8(ascii: ":"))?.string == "eth0")
      #expect(rest.string == " 1")
      #expect(rest.next(before: UInt8(ascii: ":")) == nil)
      #expect(rest.string == " 1")
    }
  }

  @Test("bytes that are not UTF-8 become U+FFFD")
  func invalid() {
    let text = [UInt8(ascii: "a"), 0xFF].withUnsafeBytes { ByteText($0).string }
    #expect(text == "a\u{FFFD}")
  }

  @Test("ends are trimmed, prefixes and suffixes compared")
  func ends() {
    with(" \tvalue \n\0") { text in
      #expect(text.trimmed.string == "value")
      #expect(text.trimmed == "value")
      #expect(text.trimmed.hasPrefix("val") && text.trimmed.hasSuffix("lue"))
      #expect(!text.trimmed.hasPrefix("values") && !text.trimmed.hasSuffix("avalue"))
      #expect(text[-1] == nil && text[100] == nil)
    }
    #expect(with(" ") { $0.trimmed.isEmpty })
  }
}
