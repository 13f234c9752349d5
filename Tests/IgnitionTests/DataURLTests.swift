import Foundation
import Ignition
import Testing

@Suite("data: URLs")
struct DataURLTests {
  // The first two from RFC 2397, section 4 and Ignition's own documentation; the rest follow from RFC 2397 and RFC
  // 4648, section 10.
  @Test(
    "published URLs decode to what they are published for",
    arguments: [
      ("data:,A%20brief%20note", "A brief note"), ("data:,hello%2C%20world%0A", "hello, world\n"), ("data:,", ""),
      ("data:;base64,Zm9vYmFy", "foobar"), ("data:;base64,Zm9vYmE=", "fooba"), ("data:;base64,Zm9vYg==", "foob"),
      ("data:text/plain;charset=utf-8;base64,Zg==", "f"), ("data:text/plain;charset=US-ASCII,x%2By", "x+y"),
      ("data:;charset=\"utf-8\",hi", "hi"),
    ])
  func decodes(url: String, text: String) throws {
    #expect(try String(decoding: DataURL.decode(url), as: UTF8.self) == text)
  }

  @Test(
    "what is no data: URL is refused",
    arguments: [
      "", "data", "DATA:,x", "http://x", "data:x", "data:;base64,Zg", "data:;base64,Z===", "data:;base64,Zg==Zg==",
      "data:;base64,Z g==", "data:,%", "data:,%4", "data:,%zz", "data:,a b", "data:,é", "data:;base32,x",
      "data:foo/bar,x",
      "data:text,x", "data:;=,x", "data:;a=,x", "data:;a=\"b,x", "data:;a=\"\\q\",x",
    ])
  func refuses(url: String) {
    #expect(throws: DataURLError.self) { try DataURL.decode(url) }
  }

  @Test("every byte survives, whichever form is shorter")
  func everyByte() throws {
    for count in 0..<300 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) }
      #expect(try DataURL.decode(DataURL.encode(bytes)) == bytes)
    }
  }

  @Test(
    "the shorter form is taken, and the plain one of two as short",
    arguments: [
      ([], "data:,"), (Array("plain-text".utf8), "data:,plain-text"), ([0x20], "data:,%20"),
      (Array("a b c".utf8), "data:,a%20b%20c"),
      (Array(repeating: 0, count: 9), "data:;base64,AAAAAAAAAAAA"),
    ] as [([UInt8], String)])
  func shorter(bytes: [UInt8], url: String) {
    #expect(DataURL.encode(bytes) == url)
  }

  @Test("Foundation reads the Base64 form")
  func foundation() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let text = DataURL.encode(bytes).split(separator: ",")[1]
    #expect(Data(base64Encoded: String(text)).map { Array($0) } == bytes)
  }

  @Test("an inline resource is the smallest of plain, Base64 and gzip, and gives its bytes again")
  func inline() throws {
    let short = IgnitionConfig.Resource(inline: "hello", compressed: true)
    #expect(short == .init(source: "data:,hello"))
    let text = String(repeating: "[Service]\nExecStart=/usr/bin/true\n", count: 40)
    let packed = IgnitionConfig.Resource(inline: text, compressed: true)
    #expect(packed.compression == "gzip")
    #expect((packed.source?.utf8.count ?? .max) < text.utf8.count / 5)
    #expect(try packed.inlineBytes() == Array(text.utf8))
    #expect(IgnitionConfig.Resource(inline: text).compression == nil)
    #expect(throws: DataURLError.self) { try packed.inlineBytes(limit: 100) }
    #expect(throws: DataURLError.self) { try IgnitionConfig.Resource(source: "http://x").inlineBytes() }
  }
}
