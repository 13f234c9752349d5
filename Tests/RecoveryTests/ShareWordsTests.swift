import Foundation
import SecretMemory
import Testing

@testable import Recovery

@Suite("Reading the words of a share")
struct ShareWordsTests {
  private static let words = OfficialVector.all[44].shares[0]

  @Test(
    "case and white space do not matter",
    arguments: [
      words.uppercased(), words.replacing(" ", with: "\n"), "\r\n\t " + words.replacing(" ", with: "  \r\n") + "\n",
      words.capitalized,
    ])
  func spelling(_ text: String) throws { #expect(try Samples.share(text) == Samples.share(Self.words)) }

  @Test("a word that is not in the list is named by its number, never by its letters", arguments: [1, 5, 20, 33])
  func unknownWord(number: Int) throws {
    for typed in ["wordy", "acade", "academicc", "académic", "a", "acid,", "12.", "abcdefghijk", "@cid", "{acid"] {
      var words = Self.words.split(separator: " ").map(String.init)
      words[number - 1] = typed
      let refusal = Samples.error { _ = try Samples.share(words.joined(separator: " ")) }
      #expect(refusal == .unknownWord(number))
      #expect(refusal?.description.contains(typed) == false || typed == "a")
    }
  }

  @Test("every wrong word, and every two neighbours swapped, are noticed")
  func checksum() throws {
    let words = Self.words.split(separator: " ").map(String.init)
    for index in words.indices {
      var wrong = words
      wrong[index] = words[index] == "acid" ? "zero" : "acid"
      #expect(Samples.error { _ = try Samples.share(wrong.joined(separator: " ")) } == .checksum)
      var swapped = words
      swapped.swapAt(index, (index + 1) % words.count)
      if swapped != words {
        #expect(Samples.error { _ = try Samples.share(swapped.joined(separator: " ")) } == .checksum)
      }
    }
  }

  @Test("a missing or an additional word is a wrong count", arguments: [0, 1, 7, 19, 21, 24, 32, 34, 828, 5000])
  func count(_ count: Int) {
    let words = Array(repeating: "acid", count: count).joined(separator: " ")
    #expect(Samples.error { _ = try Samples.share(words) } == .wordCount(count))
  }

  @Test("no text of random words or bytes does more than be refused")
  func anything() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      let bytes = (0..<Int.random(in: 0...400, using: &generator)).map { _ in
        UInt8.random(in: .min ... .max, using: &generator)
      }
      #expect(Samples.error { _ = try SharePrint.share(in: try Samples.secret(bytes)) } != nil)
      var words = Self.words.split(separator: " ").map(String.init)
      for index in words.indices where Bool.random(using: &generator) { words[index] = words.randomElement() ?? "" }
      if words.joined(separator: " ") != Self.words {
        #expect(Samples.error { _ = try Samples.share(words.joined(separator: " ")) } != nil)
      }
    }
  }
}
