import Testing

@testable import OpenBaoDouble

/// The subset of Go's text/template: what Go 1.26 and consul-template make of the same texts, as the real agent showed it.
@Suite("OpenBao's double: templates")
struct GoTemplateTests {
  static let texts: [(String, String)] = [
    ("a {{- .x -}} b", "a1b"), ("{{ with .o }}{{ .y }}{{ else }}none{{ end }}", "yes"),
    ("{{ with .none }}{{ .y }}{{ else }}none{{ end }}", "none"), ("{{ printf `{{%s}}` .x }}", "{{1}}"),
    ("{{ .pad | trimSpace }}|", "pad|"), ("{{ range .l }}<{{ . }}>{{ end }}", "<a><b>"),
    ("{{/* nothing */}}x", "x"), ("{{ if eq .x \"1\" }}t{{ else }}f{{ end }}", "t"),
    ("{{ .o.y | toUpper | printf \"%s-%s\" .x }}", "1-YES"), ("{{ \"a\\\"}}\" }}", "a\"}}"),
  ]

  @Test("a text is made as Go makes it", arguments: texts)
  func rendered(_ text: String, _ wanted: String) async throws {
    let data: JSONValue = ["x": "1", "o": ["y": "yes"], "pad": " pad \n", "l": ["a", "b"]]
    #expect(try await GoTemplate(text).text(of: data, errorOnMissingKey: false) == wanted)
  }

  @Test("an absent field is <no value>, or an error where that is asked for")
  func missing() async throws {
    let template = try GoTemplate("{{ .a.b }}")
    #expect(try await template.text(of: ["a": [:]], errorOnMissingKey: false) == "<no value>")
    await #expect(throws: GoTemplateError("map has no entry for key \"b\"")) {
      try await template.text(of: ["a": [:]], errorOnMissingKey: true)
    }
  }

  @Test(
    "what Go cannot read is refused",
    arguments: [
      "{{ .a", "{{ end }}", "{{ with .a }}", "{{ nofunction }}", "{{ | }}", "{{ \"a }}", "{{ (.a }}", "{{ .a..b }}",
    ])
  func refused(_ text: String) { #expect(throws: GoTemplateError.self) { try GoTemplate(text) } }
}
