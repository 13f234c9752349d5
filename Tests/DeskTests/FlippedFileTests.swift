import Foundation
import TestSupport
import Testing

/// One flipped bit in a file that the desk itself reads.
@Suite("The desk notices one flipped bit", .enabled(if: ExampleDesk.isPossible, ExampleDesk.whyNot))
struct FlippedFileTests {
  @Test("in its secrets: no command goes on, and none writes")
  func secrets() throws {
    let desk = try ExampleDesk.copy()
    let count = try desk.bytes("secrets/desk.age").count
    // The header, a recipient's stanza, the MAC, the payload, its last tag.
    for offset in [0, 30, 80, 150, 200, 300, count / 2, count - 1] {
      try desk.flip("secrets/desk.age", at: offset)
      let words = offset % 20 == 0 ? ["seal"] : ["pki", "issue"]
      try DeskRefusalTests.expectRefusal(desk, "the desk's secrets: ") { try desk.run(words, Self.more(words)) }
      try desk.flip("secrets/desk.age", at: offset)
    }
    #expect(try desk.run(["pki", "issue"]).status == 0)
  }

  private static func more(_ words: [String]) -> [String] { words == ["seal"] ? ["--bootstrap"] : [] }

  @Test("in the root's key: the root signs nothing")
  func rootKey() throws {
    let desk = try ExampleDesk.copy()
    let count = try desk.bytes("secrets/root.key.pem").count
    for step in 0..<8 {
      let offset = (count - 2) * step / 7
      try desk.flip("secrets/root.key.pem", at: offset)
      try DeskRefusalTests.expectRefusal(desk, "root.key.pem: ") {
        try desk.run(["pki", "issue"], ["--renew", "management-cluster"])
      }
      try desk.flip("secrets/root.key.pem", at: offset)
    }
  }

  @Test(
    "in the record of certificates: nothing is issued or sealed with it",
    arguments: [
      ("worker-1.login", "\"certificate\":\""), ("bootstrap", "\"certificate\":\""), ("bootstrap", "\"anchor\":\""),
    ])
  func certificates(name: String, member: String) throws {
    let desk = try ExampleDesk.copy()
    let text = try desk.text("pki/manifest.json")
    let line = try #require(text.range(of: "{\"name\":\"\(name)\""))
    let value = try #require(text.range(of: member, range: line.lowerBound..<text.endIndex))
    let end = try #require(text.range(of: "\"", range: value.upperBound..<text.endIndex))
    // Near its end is the signature; base64 hides no bit of it there.
    try desk.flip("pki/manifest.json", at: text[..<end.lowerBound].utf8.count - 12)
    for words in [["pki", "issue"], ["seal"]] {
      try DeskRefusalTests.expectRefusal(desk, "manifest.json") { try desk.run(words, Self.more(words)) }
    }
  }

  @Test(
    "in the record of what is sealed: nothing is built with it",
    arguments: [
      "\"sealKeyID\":\"", "\"release",
      "\"releaseKey\":\"-----BEGIN PUBLIC KEY-----\\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE",
    ])
  func sealed(place: String) throws {
    let desk = try ExampleDesk.copy()
    let text = try desk.text("sealed/manifest.json")
    let found = try #require(text.range(of: place))
    try desk.flip("sealed/manifest.json", at: text[..<found.upperBound].utf8.count + 1)
    try DeskRefusalTests.expectRefusal(desk, "error: ") { try desk.tryBuild() }
  }

  @Test(
    "or half of a file that is missing", arguments: ["secrets/desk.age", "pki/manifest.json", "sealed/manifest.json"])
  func half(name: String) throws {
    let desk = try ExampleDesk.copy()
    try desk.bytes(name).prefix(desk.bytes(name).count / 2).write(to: URL(fileURLWithPath: desk.path(name)))
    try DeskRefusalTests.expectRefusal(desk, name.hasSuffix("age") ? "the desk's secrets: " : "is damaged") {
      try desk.run(["seal"], ["--bootstrap"])
    }
  }
}
