import Foundation
import SecretMemory
import TestSupport
import Testing

@testable import Recovery

@Suite("The published vectors of SLIP-39")
struct OfficialVectorTests {
  @Test("all 45 are here, 15 of them valid")
  func count() {
    #expect(OfficialVector.all.count == 45)
    #expect(OfficialVector.all.count { !$0.secret.isEmpty } == 15)
  }

  @Test("valid shares recover the secret", arguments: OfficialVector.all.filter { !$0.secret.isEmpty })
  func valid(_ vector: OfficialVector) throws {
    let shares = try vector.shares.map(Samples.share)
    let secret = try RecoveryShare.combine(shares, passphrase: Samples.secret("TREZOR"))
    #expect(Samples.bytes(secret).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == vector.secret)
    // Another passphrase gives another secret and no error.
    #expect(try RecoveryShare.combine(shares) != secret)
  }

  @Test("what is read is written again word for word", arguments: OfficialVector.all.filter { !$0.secret.isEmpty })
  func words(_ vector: OfficialVector) throws {
    for words in vector.shares { #expect(Samples.text(try Samples.share(words).words()) == words) }
  }

  /// What each invalid vector's number is refused with.
  private static let refusals: [Int: RecoveryError] = [
    2: .checksum, 3: .malformed("its padding is not zero"), 5: .tooFew(given: 1, needed: 2, group: nil),
    6: .otherSet(place: 2, field: "identifier (its first two words)"),
    7: .otherSet(place: 2, field: "encryption (its second word)"), 8: .otherSet(place: 3, field: "number of groups"),
    9: .otherSet(place: 2, field: "number of groups"), 10: .malformed("it needs more groups than there are"),
    11: .duplicate(index: 3, group: nil), 12: .otherSet(place: 2, field: "threshold"), 13: .digest,
    14: .tooFewGroups(given: 1, needed: 2), 15: .tooFewGroups(given: 1, needed: 2),
    16: .tooFew(given: 1, needed: 2, group: 4), 21: .checksum, 22: .malformed("its padding is not zero"),
    24: .tooFew(given: 1, needed: 2, group: nil), 25: .otherSet(place: 2, field: "identifier (its first two words)"),
    26: .otherSet(place: 2, field: "encryption (its second word)"), 27: .otherSet(place: 3, field: "number of groups"),
    28: .otherSet(place: 2, field: "number of groups"), 29: .malformed("it needs more groups than there are"),
    30: .duplicate(index: 3, group: nil), 31: .otherSet(place: 2, field: "threshold"), 32: .digest,
    33: .tooFewGroups(given: 1, needed: 2), 34: .tooFewGroups(given: 1, needed: 2),
    35: .tooFew(given: 1, needed: 2, group: 4), 39: .wordCount(19), 40: .wordCount(21),
  ]

  @Test("invalid shares are refused, each in its own words", arguments: OfficialVector.all.filter(\.secret.isEmpty))
  func invalid(_ vector: OfficialVector) throws {
    let number = try #require(Int(vector.name.prefix { $0 != "." }))
    let refusal = Samples.error { _ = try RecoveryShare.combine(try vector.shares.map(Samples.share)) }
    #expect(refusal == Self.refusals[number])
    #expect(refusal != nil)
  }

  @Test("the list of words is the published one, byte for byte")
  func wordList() throws {
    let words = try (0..<WordList.count).map { place in
      let bytes = try SecretBytes.filled(capacity: 8) { buffer in
        var writer = ByteWriter(buffer)
        return writer.write(word: WordList.word(at: place))
      }
      return Samples.text(bytes)
    }
    let folder = try TemporaryFolder()
    let file = try folder.write(words.map { $0 + "\n" }.joined(), to: "words")
    let sum = try Command(["sha256sum", file.path])
    #expect(sum.output.hasPrefix("bcc4555340332d169718aed8bf31dd9d5248cb7da6e5d355140ef4f1e601eec3"))
    for (place, word) in words.enumerated() {
      for spelled in [word, word.uppercased()] {
        let found = Array(spelled.utf8).withUnsafeBytes { WordList.place(of: $0[...]) }
        #expect(found == place)
      }
    }
  }
}
