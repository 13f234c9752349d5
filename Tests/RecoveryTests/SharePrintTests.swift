import SecretMemory
import Testing

@testable import Recovery

@Suite("The printed share")
struct SharePrintTests {
  private static func pages(_ length: Int = 32, count: Int = 5, threshold: Int = 3) throws -> [SharePrint] {
    try RecoveryShare.split(try Samples.secret(Samples.key(length)), shares: count, threshold: threshold).map {
      SharePrint(cluster: "edge-one", keyID: "static-2026-11", shares: count, made: "2026-11-21", share: $0)
    }
  }

  @Test("reads back from its own text", arguments: [16, 24, 32, 48], QRCode.Surface.allCases)
  func roundTrip(length: Int, surface: QRCode.Surface) throws {
    let pages = try Self.pages(length)
    let texts = try pages.map { try $0.text(on: surface) }
    for (page, text) in zip(pages, texts) {
      #expect(try SharePrint.share(in: text) == page.share)
      #expect(SharePrint.cluster(in: text) == "edge-one")
      #expect(SharePrint.keyID(in: text) == "static-2026-11")
    }
    let read = try texts.suffix(3).map { try SharePrint.share(in: $0) }
    #expect(Samples.bytes(try RecoveryShare.combine(read)) == Samples.key(length))
  }

  @Test("is at most 80 columns wide and says what a holder must know")
  func page() throws {
    let page = try Self.pages(count: 16, threshold: 16)[15]
    let text = Samples.text(try page.text())
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    for words in [
      "RECOVERY SHARE 16 OF 16\n", "Cluster   edge-one\n", "Key       static-2026-11\n", "Made      2026-11-21\n",
      "Share     16 of 16, any 16 needed\n", "Never photograph", "apart from all other shares",
      "`ll-bootimage seal recover`", "`ll-bootimage seal drill`",
    ] { #expect(text.contains(words), "\(words)") }
  }

  @Test("its words are the share's, numbered in four columns")
  func columns() throws {
    let page = try Self.pages()[1]
    let text = Samples.text(try page.text())
    let lines = text.split(separator: "\n").filter { $0.contains(#/^ +\d+\. /#) }
    #expect(lines.count == 9)
    let pieces = lines.flatMap { $0.split(separator: " ") }
    #expect(pieces.count == 66)
    #expect(stride(from: 0, to: 66, by: 2).map { pieces[$0] } == (1...33).map { "\($0)." })
    let words = stride(from: 1, to: 66, by: 2).map { String(pieces[$0]) }.joined(separator: " ")
    #expect(words == Samples.text(try page.share.words()))
  }

  @Test(
    "zbarimg reads the words from the page", .enabled(if: BarcodeReader.isInstalled),
    arguments: [16, 32, 48], QRCode.Surface.allCases)
  func scanned(length: Int, surface: QRCode.Surface) throws {
    for page in try Self.pages(length) {
      let text = Samples.text(try page.text(on: surface))
      let blocks = try #require(text.split(separator: "sends nothing\n").last)
      let read = try BarcodeReader.read([Picture(halfBlocks: String(blocks), on: surface)])
      #expect(read == [Samples.text(try page.share.words()).uppercased()])
      #expect(try SharePrint.share(in: Samples.secret(read[0])) == page.share)
    }
  }

  @Test("bare words, numbered words in any order and a page with CRLF are read too")
  func bareWords() throws {
    let page = try Self.pages()[0]
    let words = Samples.text(try page.share.words())
    let numbered = words.split(separator: " ").enumerated().map { "\($0 + 1). \($1)" }
    let text = Samples.text(try page.text())
    for text in [
      words, words.uppercased(), words.replacing(" ", with: "\n"), numbered.joined(separator: "\n"),
      numbered.reversed().joined(separator: "\n"), numbered.joined(separator: " "), text.replacing("\n", with: "\r\n"),
      "> unrelated\n" + text,
    ] {
      let secret = try Samples.secret(text)
      #expect(try SharePrint.share(in: secret) == page.share)
    }
    #expect(SharePrint.cluster(in: try Samples.secret(words)) == nil)
    #expect(SharePrint.keyID(in: try Samples.secret(words)) == nil)
    #expect(SharePrint.cluster(in: try Samples.secret(text.replacing("\n", with: "\r\n"))) == "edge-one")
  }

  @Test("what is wrong in a page is said by the word's number")
  func faults() throws {
    let page = try Self.pages()[0]
    let text = Samples.text(try page.text())
    let words = Samples.text(try page.share.words()).split(separator: " ").map(String.init)
    let cases: [(String, RecoveryError)] = [
      (text.replacing("  7. \(words[6])", with: "  7. qqqq"), .unknownWord(7)),
      (text.replacing("  7. ", with: "  8. "), .wordNumber(8)),
      (text.replacing(" 12. ", with: " 34. "), .wordNumber(12)),
      (text.replacing(" 33. \(words[32])\n", with: "\n"), .wordCount(32)),
      (text.replacing(" 33. \(words[32])", with: " 33."), .wordNumber(33)),
      ("", .wordCount(0)), ("1. acid", .wordCount(1)), ("1.", .wordNumber(1)), ("0. acid", .wordNumber(1)),
    ]
    for (text, error) in cases {
      #expect(Samples.error { _ = try SharePrint.share(in: Samples.secret(text)) } == error)
    }
  }

  @Test("labels and numbers that cannot be printed are refused")
  func labels() throws {
    let page = try Self.pages()[4]
    var cases: [(SharePrint, RecoveryError)] = []
    for label in ["", "a\nb", " a", "a ", "é", String(repeating: "a", count: 65)] {
      var (cluster, key, made) = (page, page, page)
      (cluster.cluster, key.keyID, made.made) = (label, label, label)
      cases += [(cluster, .label("cluster")), (key, .label("key's name")), (made, .label("date"))]
    }
    for shares in [4, 0, -1, 17, Int.max] {
      var other = page
      other.shares = shares
      cases.append((other, .count(index: 5, shares: shares, threshold: 3)))
    }
    for (page, error) in cases { #expect(Samples.error { _ = try page.text() } == error) }
    var longest = page
    (longest.cluster, longest.keyID) = (String(repeating: "c", count: 64), String(repeating: "0", count: 64))
    let text = try longest.text()
    #expect(SharePrint.cluster(in: text) == longest.cluster)
    #expect(SharePrint.keyID(in: text) == longest.keyID)
    #expect(Samples.text(text).split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(try SharePrint.share(in: text) == page.share)
  }

  @Test("a secret whose code does not fit the page is refused")
  func tooWide() throws {
    #expect(Samples.error { _ = try Self.pages(96)[0].text() } != nil)
    // More than any code holds.
    #expect(Samples.error { _ = try Self.pages(256)[0].text() } != nil)
  }
}
