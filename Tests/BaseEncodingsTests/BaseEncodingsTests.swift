import BaseEncodings
import Foundation
import Testing

@Suite("RFC 4648")
struct BaseEncodingsTests {
  /// Section 10.
  static let vectors = [
    ("", "", ""), ("f", "Zg==", "66"), ("fo", "Zm8=", "666f"), ("foo", "Zm9v", "666f6f"),
    ("foob", "Zm9vYg==", "666f6f62"), ("fooba", "Zm9vYmE=", "666f6f6261"), ("foobar", "Zm9vYmFy", "666f6f626172"),
  ]

  @Test("the vectors of section 10, both ways", arguments: vectors)
  func published(plain: String, base64: String, hexadecimal: String) {
    let bytes = Array(plain.utf8)
    #expect(Base64.string(bytes) == base64)
    #expect(Base64.bytes(base64.utf8) == bytes)
    let bare = base64.filter { $0 != "=" }
    #expect(String(decoding: Base64.unpadded(bytes), as: UTF8.self) == bare)
    #expect(Base64.bytes(unpadded: bare.utf8) == bytes)
    #expect(Hexadecimal.text(bytes) == hexadecimal)
    #expect(Hexadecimal.bytes(hexadecimal) == bytes)
    #expect(Hexadecimal.bytes(hexadecimal.uppercased()) == bytes)
    let characters = bytes.withUnsafeBytes { bytes in
      (0..<Base64.length(of: bytes.count)).map { Base64.character($0, of: bytes) }
    }
    #expect(String(decoding: characters, as: UTF8.self) == base64)
  }

  @Test("every length is what Foundation makes of it, all byte values included")
  func foundation() {
    var random = SystemRandomNumberGenerator()
    for length in 0..<300 {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(Base64.string(bytes) == Data(bytes).base64EncodedString())
      #expect(Base64.bytes(Base64.text(bytes)) == bytes)
      #expect(Base64.bytes(unpadded: Base64.unpadded(bytes)) == bytes)
      #expect(Hexadecimal.bytes(Hexadecimal.text(bytes)) == bytes)
    }
  }

  @Test(
    "what is not canonical is refused",
    arguments: [
      "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "=", "====", "Z===", "Zg==Zg==", "Zm9v\n", " Zm9v", "Zm9-", "Zm_v", "Z=g=",
      "Zé==",
    ])
  func refused(text: String) { #expect(Base64.bytes(text.utf8) == nil) }

  @Test("without padding, padding and a lone character are refused", arguments: ["Zg==", "Z", "Zm9vZ", "Zh", "Zm9vYh"])
  func unpadded(text: String) { #expect(Base64.bytes(unpadded: text.utf8) == nil) }

  @Test("digits that are none, and half a byte, are refused", arguments: ["0", "0g", "0x", " 00", "00 ", "é0", "000"])
  func hexadecimal(text: String) { #expect(Hexadecimal.bytes(text) == nil) }

  @Test("each digit has its value, in either case")
  func digits() {
    for value in UInt8(0)...15 {
      #expect(Hexadecimal.value(Hexadecimal.lower(value)) == value)
      #expect(Hexadecimal.value(Hexadecimal.upper(value)) == value)
      #expect(Hexadecimal.lower(value) == Array(String(value, radix: 16).utf8)[0])
      #expect(Hexadecimal.upper(value) == Array(String(value, radix: 16, uppercase: true).utf8)[0])
    }
  }
}
