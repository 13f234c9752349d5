import SecretMemory
import Testing

@testable import Recovery

@Suite("QR codes")
struct QRCodeTests {
  // ISO/IEC 18004, table 7: characters that a version holds at level M.
  private static let alphanumericLimits = [
    20, 38, 61, 90, 122, 154, 178, 221, 262, 311, 366, 419, 483, 528, 600, 656, 734, 816, 909, 970,
  ]
  private static let byteLimits = [
    14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666,
  ]

  static func capitals(_ count: Int) -> String {
    let alphabet = Array("SLIP 39 WORDS$%*+-./:0123456789 QRCODEJUVXYZ")
    return String((0..<count).map { alphabet[($0 * 7 + count) % (alphabet.count - 1)] })
  }

  static func sentence(_ count: Int) -> String {
    let alphabet = Array("the quick Brown fox, {jumps} over; the_lazy <dog> 1234 times!")
    return String((0..<count).map { alphabet[($0 * 5 + count) % alphabet.count] })
  }

  @Test("a version holds what the standard says and not a character more", arguments: 1...20)
  func limits(version: Int) throws {
    for (limits, make) in [
      (Self.alphanumericLimits, { try QRCode(alphanumeric: $0) }), (Self.byteLimits, { try QRCode(bytes: $0) }),
    ] as [([Int], (SecretBytes) throws -> QRCode)] {
      let limit = limits[version - 1]
      #expect(try make(try Samples.secret(Self.capitals(limit))).size == 17 + 4 * version)
      let above = try Samples.secret(Self.capitals(limit + 1))
      if version < 20 {
        #expect(try make(above).size == 21 + 4 * version)
      } else {
        #expect(Samples.error { _ = try make(above) } == .codeCapacity(limit + 1))
      }
    }
  }

  @Test(
    "zbarimg reads every version in both modes, full and with one character", .enabled(if: BarcodeReader.isInstalled),
    arguments: 1...20)
  func versions(version: Int) throws {
    let previous = version == 1 ? 0 : version - 1
    var texts: [String] = []
    var codes: [QRCode] = []
    for count in [previous == 0 ? 1 : Self.alphanumericLimits[previous - 1] + 1, Self.alphanumericLimits[version - 1]] {
      texts.append(Self.capitals(count))
      codes.append(try QRCode(alphanumeric: Samples.secret(Self.capitals(count))))
    }
    for count in [previous == 0 ? 1 : Self.byteLimits[previous - 1] + 1, Self.byteLimits[version - 1]] {
      texts.append(Self.sentence(count))
      codes.append(try QRCode(bytes: Samples.secret(Self.sentence(count))))
    }
    #expect(codes.map(\.size) == Array(repeating: 17 + 4 * version, count: 4))
    #expect(try BarcodeReader.read(codes.map { Picture($0) }) == texts)
  }

  @Test("zbarimg reads every mask", .enabled(if: BarcodeReader.isInstalled), arguments: 0...7)
  func masks(mask: Int) throws {
    let text = Self.capitals(200)
    let code = try QRCode(.alphanumeric(try Samples.secret(text)), mask: mask)
    let other = try QRCode(.alphanumeric(try Samples.secret(text)), mask: (mask + 1) % 8)
    #expect(code != other)
    #expect(try BarcodeReader.read([Picture(code)]) == [text])
  }

  @Test("the mask is the one with the least penalty")
  func penalty() throws {
    for count in [3, 16, 60, 200] {
      let content = QRCodeContent.alphanumeric(try Samples.secret(Self.capitals(count)))
      func points(_ code: QRCode) -> Int {
        let modules = (0..<code.size).flatMap { y in (0..<code.size).map { code[$0, y] ? UInt8(1) : 0 } }
        return modules.withUnsafeBytes { QRCodePenalty.points($0, size: code.size) }
      }
      let all = try (0...7).map { points(try QRCode(content, mask: $0)) }
      #expect(points(try QRCode(content)) == all.min())
      #expect(Set(all).count > 1)
      // Reckoned by another program from another encoder's matrices.
      if count == 3 { #expect(all == [406, 358, 406, 444, 363, 461, 364, 524]) }
      if count == 16 { #expect(all == [508, 358, 366, 403, 352, 536, 407, 533]) }
    }
  }

  @Test("zbarimg reads a code with damaged modules", .enabled(if: BarcodeReader.isInstalled), arguments: [1, 4, 9, 17])
  func damaged(version: Int) throws {
    let text = Self.capitals(Self.alphanumericLimits[version - 1])
    var picture = Picture(try QRCode(alphanumeric: Samples.secret(text)))
    // Two modules high and four wide for each version, below the middle, clear of finder and timing patterns.
    let middle = picture.rows.count / 2
    for y in middle..<(middle + 2) {
      for x in (picture.rows.count - 9 - 2 * version / 3)..<(picture.rows.count - 5) { picture.rows[y][x].toggle() }
    }
    #expect(try BarcodeReader.read([picture]) == [text])
  }

  @Test("codewords of a published example: HELLO WORLD, version 1-M")
  func codewords() throws {
    let content = QRCodeContent.alphanumeric(try Samples.secret("hello world"))
    let version = try #require(content.version)
    let all = try QRCodeCorrection.interleaved(content.codewords(version), version)
    let expected: [UInt8] = [
      32, 91, 11, 120, 209, 114, 220, 77, 67, 64, 236, 17, 236, 17, 236, 17, 196, 35, 39, 119, 235, 215, 231, 226, 93,
      23,
    ]
    #expect(Samples.bytes(all) == expected)
  }

  @Test("small letters become capitals; what the alphanumeric mode lacks is refused by its place")
  func alphabet() throws {
    #expect(try QRCode(alphanumeric: Samples.secret("acid 9")) == QRCode(alphanumeric: Samples.secret("ACID 9")))
    for (text, place) in [("A_B", 2), ("\n", 1), ("ABCé", 4), ("A B,", 4)] {
      let refusal = Samples.error { _ = try QRCode(alphanumeric: Samples.secret(text)) }
      #expect(refusal == .notAlphanumeric(place: place))
    }
  }

  @Test("outside of the code everything is light")
  func outside() throws {
    let code = try QRCode(bytes: Samples.secret("x"))
    for (x, y) in [(-1, 0), (0, -1), (code.size, 0), (0, code.size), (Int.min, Int.max)] { #expect(!code[x, y]) }
    #expect(code[0, 0] && code[0, code.size - 1] && code[code.size - 1, 0] && !code[1, 1])
  }

  @Test("the half blocks are the code with its quiet zone, on either surface", arguments: QRCode.Surface.allCases)
  func halfBlocks(_ surface: QRCode.Surface) throws {
    for version in [1, 2, 7, 10, 20] {
      let text = Self.capitals(Self.alphanumericLimits[version - 1])
      let code = try QRCode(alphanumeric: Samples.secret(text))
      let lines = Samples.text(try code.halfBlocks(on: surface))
      let shown = Picture(halfBlocks: lines, on: surface)
      #expect(lines.split(separator: "\n").allSatisfy { $0.count == code.size + 8 })
      #expect(Array(shown.rows.prefix(code.size + 8)) == Picture(code).rows)
      // The number of rows is odd: what is below the last is light as well.
      #expect(shown.rows.count == code.size + 9)
      #expect(shown.rows.last?.contains(true) == false)
      if BarcodeReader.isInstalled { #expect(try BarcodeReader.read([shown]) == [text]) }
    }
  }

  @Test("bytes that are not ASCII arrive too", .enabled(if: BarcodeReader.isInstalled))
  func utf8() throws {
    let text = "Schlüssel — 鍵"
    #expect(try BarcodeReader.read([Picture(try QRCode(bytes: Samples.secret(text)))]) == [text])
  }
}
