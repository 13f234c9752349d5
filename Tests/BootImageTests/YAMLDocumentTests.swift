import BootImage
import Diagnostics
import Testing

@Suite("The text of an input file")
struct YAMLDocumentTests {
  /// The findings about `bytes`, read as a cluster file, without the file's name.
  private func findings(_ bytes: [UInt8]) -> [String] {
    ClusterFile.read(bytes, file: "f").1.findings.map { String("\($0)".dropFirst(2)) }
  }

  @Test(
    "that cannot be read has one finding with its place",
    arguments: [
      ("", "1:1: error: the file is empty"),
      ("# nothing\n\n", "1:1: error: the file is empty"),
      ("---\n...\n", "1:1: error: the file is empty"),
      ("~\n", "1:1: error: the file is empty"),
      ("cluster\n", "1:1: error: the file must be a mapping, not a single value"),
      ("- cluster\n", "1:1: error: the file must be a mapping, not a list"),
      ("cluster: a\0b\n", "1:11: error: the control character U+0000 cannot stand in YAML"),
      ("ä: \u{1B}[1m\n", "1:5: error: the control character U+001B cannot stand in YAML"),
      ("a: \u{80}\n", "1:4: error: the control character U+0080 cannot stand in YAML"),
      ("a: `b`\n", "1:4: error: a value that begins with '`' needs quotes"),
      (
        "äö: \"ü\" x\n",
        "1:12: error: not YAML: did not find expected key (while parsing a block mapping that begins in line 1)"
      ),
      ("a: *b\n", "1:4: error: not YAML: found undefined alias"),
      ("a: &a [x]\n*a : b\n", "2:1: error: an alias inside a key is not read, write the key out"),
      ("a: &a [x]\n? *a\n: b\n", "2:1: error: an alias inside a key is not read, write the key out"),
      ("a: &a [x]\nb: {[*a, *a]: b}\n", "2:12: error: an alias inside a key is not read, write the key out"),
    ])
  func unreadable(_ text: String, _ finding: String) {
    #expect(findings(Array(text.utf8)) == [finding])
  }

  @Test("that is not UTF-8 is refused at its first wrong byte")
  func encoding() {
    #expect(findings(Array("cluster: ".utf8) + [0xE9, 0x0A]) == ["1:10: error: the file is not UTF-8"])
    #expect(findings([0xFF, 0xFE, 0x61, 0x00]) == ["1:1: error: the file is not UTF-8"])
  }

  @Test("that is far too large is refused before it is parsed")
  func size() {
    let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 50 << 20)
    #expect(findings(bytes) == ["1:1: error: the file has 52428800 bytes, at most 2097152 are read"])
  }

  @Test("whose aliases multiply is refused")
  func aliases() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
    }
    #expect(findings(Array(text.utf8)) == ["1:1: error: the aliases of this file come to more than 300000 values"])
  }

  @Test("that nests deeper than any input is refused", arguments: ["[", "{a: ", "- "])
  func depth(_ opening: String) {
    let found = findings(Array(String(repeating: opening, count: 20_000).utf8))
    #expect(found.count == 1)
    #expect(found.first?.hasSuffix("error: the file is nested too deeply") == true)
  }

  @Test(
    "has its places counted in bytes of lines that end with LF",
    arguments: [
      ("cluster: {\"äöü\": 1}\n", ["1:10: error: 'cluster' must be a single value, not a mapping"]),
      ("\u{FEFF}cluster: A\n", ["1:13: error: 'cluster' \(BrokenFile.labelRule), not 'A'"]),
      ("# ä\r\ncluster: A\r\n", ["2:10: error: 'cluster' \(BrokenFile.labelRule), not 'A'"]),
      ("# a\u{2028}cluster: A\n", ["1:16: error: 'cluster' \(BrokenFile.labelRule), not 'A'"]),
      (
        "{domain: ä.de, cluster: A}\n",
        [
          "1:10: error: 'domain' \(BrokenFile.domainRule), not 'ä.de'",
          "1:26: error: 'cluster' \(BrokenFile.labelRule), not 'A'",
        ]
      ),
    ])
  func places(_ text: String, _ expected: [String]) {
    #expect(findings(Array(text.utf8)).filter { !$0.contains("lacks") } == expected)
  }

  @Test("with fifty duplicate keys and more is still answered")
  func duplicates() {
    let text = (0..<80).map { "k\($0): 1\nk\($0): 2\n" }.joined()
    let found = findings(Array(text.utf8))
    #expect(found.count == 1)
    #expect(found.first?.hasSuffix("stands twice in a mapping, and reading stopped there") == true)
  }

  @Test("with a byte order mark, CRLF and no final newline is the same file")
  func variants() {
    let text = ExampleInput.cluster
    for variant in ["\u{FEFF}" + text, text.replacing("\n", with: "\r\n"), String(text.dropLast())] {
      #expect(findings(Array(variant.utf8)) == [])
    }
  }
}
