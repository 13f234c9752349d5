import Testing

@testable import BootImage

struct HCLTests {
  @Test(
    "a string is quoted so that neither HCL 1 nor HCL 2 sees more in it than text",
    arguments: [
      ("plain", #""plain""#), ("", #""""#), (#"say "hi""#, #""say \"hi\"""#), (#"C:\path"#, #""C:\\path""#),
      ("two\nlines", #""two\nlines""#), ("a\r\nb\tc", #""a\r\nb\tc""#), ("${name}", #""\u0024{name}""#),
      ("$${name}", #""$\u0024{name}""#), ("%{if}", #""\u0025{if}""#), ("$5 and 5%", #""$5 and 5%""#),
      ("unbalanced ${", #""unbalanced \u0024{""#), ("{{ .Data }}", #""{{ .Data }}""#),
      ("\u{0}\u{1F}\u{7F}", #""\u0000\u001f\u007f""#),
      ("naïve 鍵", #""naïve 鍵""#), ("e\u{301}\"", "\"e\u{301}\\\"\""),
    ])
  func quoting(text: String, expected: String) {
    #expect(HCL.quoted(text) == expected)
  }

  @Test(
    "a key is bare only where it is an identifier",
    arguments: [
      ("path", "path"), ("node_id", "node_id"), ("a-b", "a-b"), ("_x", "_x"), ("2fa", #""2fa""#), ("", #""""#),
      ("a b", #""a b""#), ("a.b", #""a.b""#), ("true", #""true""#), ("é", #""é""#),
    ])
  func keys(name: String, expected: String) {
    #expect(HCL.key(name) == expected)
  }

  @Test("text of whole lines becomes a here document, verbatim")
  func hereDocument() {
    let text = "{{ with \"x\" }}\n  \\n\n\n{{ end }}\n"
    let hcl = HCL([.attribute("contents", .text(text)), .attribute("b", .bool(true))])
    #expect(hcl.text == "contents = <<EOT\n{{ with \"x\" }}\n  \\n\n\n{{ end }}\nEOT\nb = true\n")
  }

  @Test(
    "text that a here document would not give back is quoted",
    arguments: [
      "", "no newline at the end", "a ${b}\n", "a %{b}\n", "EOT\n", "  EOT\n", "EOTX\n", "a\r\nb\n", "bell \u{7}\n",
    ])
  func noHereDocument(text: String) {
    #expect(HCL([.attribute("a", .text(text))]).text == "a = \(HCL.quoted(text))\n")
  }

  @Test("blocks, objects, lists and comments are laid out one way")
  func layout() {
    let hcl = HCL([
      .attribute("count", .number(-1)), .attribute("none", .object([])), .attribute("list", .list(["a", "b\"c"])),
      .comment("Why.\nAnd more."),
      .block("outer", labels: ["x\"y", "z"], body: [.attribute("flag", .bool(false)), .block("inner", body: [])]),
      .attribute(
        "object", .object([HCL.Member("a b", .string("1")), HCL.Member("deep", .object([HCL.Member("k", .list([]))]))])
      ),
    ])
    #expect(
      hcl.text == #"""
        count = -1
        none = {}
        list = ["a", "b\"c"]

        # Why.
        # And more.
        outer "x\"y" "z" {
          flag = false

          inner {
          }
        }

        object = {
          "a b" = "1"
          deep = {
            k = []
          }
        }

        """#)
  }
}
