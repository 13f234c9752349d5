import Diagnostics
import Testing

@testable import BootImage

@Suite("A finding's words")
struct InputWordsTests {
  @Test(
    "show no character that a terminal obeys or does not show",
    arguments: [
      ("a\u{1B}[31mb", #"'a\u{1B}[31mb'"#), ("a\nb\tc\rd\u{0}e\u{8}", #"'a\u{A}b\u{9}c\u{D}d\u{0}e\u{8}'"#),
      ("\u{7F}\u{80}\u{9B}1m\u{9F}\u{85}", #"'\u{7F}\u{80}\u{9B}1m\u{9F}\u{85}'"#),
      ("\u{202A}\u{202B}\u{202C}\u{202D}\u{202E}", #"'\u{202A}\u{202B}\u{202C}\u{202D}\u{202E}'"#),
      ("\u{2066}\u{2067}\u{2068}\u{2069}\u{200E}\u{200F}", #"'\u{2066}\u{2067}\u{2068}\u{2069}\u{200E}\u{200F}'"#),
      ("a\u{200B}\u{200D}\u{AD}\u{FEFF}\u{61C}\u{2028}", #"'a\u{200B}\u{200D}\u{AD}\u{FEFF}\u{61C}\u{2028}'"#),
      ("\u{E0041}\u{E000}\u{3164}\u{A0}\r\n", #"'\u{E0041}\u{E000}\u{3164}\u{A0}\u{D}\u{A}'"#),
      ("Grüße, 日本 e\u{301}", "'Grüße, 日本 e\u{301}'"), ("", "''"),
    ])
  func escapes(_ text: String, _ expected: String) { #expect(shown(text) == expected) }

  @Test("are cut by what a text takes, not by what looks like one character")
  func cut() {
    #expect(shown(String(repeating: "x ", count: 40)) == "'" + String(repeating: "x ", count: 40) + "'")
    #expect(shown(String(repeating: "x ", count: 41)) == "'" + String(repeating: "x ", count: 40) + "…'")
    #expect(shown("e" + String(repeating: "\u{301}", count: 1000)).unicodeScalars.count == 83)
  }

  @Test(
    "repeat an address that cannot hold a secret",
    arguments: [
      "https://api.example.internal:6443", "[::1]:6443", "a b", "ftp://h.example/x", "https://h.example:8443/a/",
    ])
  func harmless(_ text: String) {
    #expect(shown(text) == "'\(text)'")
    #expect(shown(address: text) == "'\(text)'")
  }

  @Test("repeat an image's name, a time and a digest", arguments: ["quay.io/o/o:2.6.2", "24:00", BrokenFile.digest])
  func colons(_ text: String) { #expect(shown(text) == "'\(text)'") }

  @Test("escape a key and a value of a file, and the key in the path")
  func file() throws {
    let edits: [BrokenFile.Edit] = [
      .change("cluster: example", to: #"cluster: "\e[2J""#), .add(#""\e]0;\u202Ex\a": 1"# + "\n"),
    ]
    let text = try BrokenFile("", edits, []).edited(ExampleInput.cluster)
    let report = ClusterFile.read(Array(text.utf8), file: "c").1
    let words = report.findings.map { "\($0) \($0.path?.description ?? "")" }
    #expect(words.count == 2)
    #expect(words.first?.contains(#"not '\u{1B}[2J'"#) == true)
    #expect(words.last?.contains(#"unknown key '\u{1B}]0;\u{202E}x\u{7}', known"#) == true)
    #expect(words.last?.hasSuffix(#" $.\u{1B}]0;\u{202E}x\u{7}"#) == true)
    #expect(words.joined().unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E })
  }

  @Test("hide a secret in a key from the path as well")
  func path() {
    let text = ExampleInput.cluster + "\"https://u:hunter2@h\": {\"b@hunter2\": 1}\n"
    let paths = ClusterFile.read(Array(text.utf8), file: "c").1.findings.map { $0.path?.description }
    #expect(paths == ["$.…"])
  }

  @Test("are none about what the example shows in comments, once that is taken in")
  func commented() throws {
    let edits: [BrokenFile.Edit] = [
      .change("  # ntp:\n  #   - 10.20.0.4\n", to: "  ntp:\n    - 10.20.0.4\n"), .change("# mirror: ", to: "mirror: "),
    ]
    let (document, findings) = ExampleInput.readCluster(try BrokenFile("", edits, []).edited(InitTemplates.cluster))
    #expect(findings == [])
    #expect(document?.definition.network.ntp == ["10.20.0.4"])
    #expect(document?.definition.mirror == "https://mirror.example.internal")
  }

  @Test("know every component by the name that image files have")
  func components() {
    #expect(Component.allCases.map(\.rawValue).joined(separator: ", ") == BrokenFile.componentNames)
    #expect(ImageDefinition.AddressHolder.kubeVIP.rawValue == Component.kubeVIP.rawValue)
    #expect(ImageDefinition.AddressHolder.keepalived.rawValue == Component.keepalived.rawValue)
  }
}
