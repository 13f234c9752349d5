import Testing

@testable import OpenBaoDouble

@Suite("OpenBao's double: HCL")
struct HCLTests {
  @Test("blocks, attributes, lists, heredocs and comments are read")
  func document() throws {
    let text = """
      # one
      a = "x\\n\\u0041" // two
      b "l1" "l2" { c = [1, "two", true,], d = { e = 0x10 } } /* three */
      f = <<EOT
        keeps
      EOT
      g = <<-EOT
          strips
            some
        EOT
      h.i-j = -1.5
      """
    let document = try HCLParser.document(text)
    let json = HCLValue.object(document).json
    #expect(json[key: "a"] == "x\nA")
    #expect(json[key: "b"] == ["c": [1, "two", true], "d": ["e": 16]])
    #expect(document.all("b").first?.labels == ["l1", "l2"])
    #expect(json[key: "f"] == "  keeps\n")
    #expect(json[key: "g"] == "strips\n  some\n")
    #expect(json[key: "h.i-j"] == .decimal(-1.5))
  }

  // Words and places as OpenBao 2.6.2 said them of the same texts.
  static let faults: [(String, String)] = [
    ("a = \"x\nb = 1\n", "At 1:7: literal not terminated"), ("path \"x {", "At 1:10: literal not terminated"),
    ("a = 1\nb = @\n", "At 2:5: illegal char"), ("a = [1\nb = 2\n", "At 2:1: error parsing list"),
    ("a {\n", "object expected closing RBRACE got: EOF"), ("a = <<EOT\nx\n", "heredoc not terminated"),
    ("a\n", "expected start of object ('{') or assignment ('=')"),
  ]

  @Test("what is no HCL is refused at its place", arguments: faults)
  func refused(_ text: String, _ words: String) {
    let error = #expect(throws: HCLError.self) { try HCLParser.document(text) }
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
  }
}
