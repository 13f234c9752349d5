public import SecretMemory

/// Why a secret could not be split, a share not be read, or the shares not be combined. No case carries a byte of a
/// secret or a word of a share.
public enum RecoveryError: Error, Sendable, Hashable {
  /// A threshold or a number of shares outside of 2 ≤ threshold ≤ shares ≤ 16.
  case split(shares: Int, threshold: Int)
  /// A secret of this many bytes: SLIP-39 takes an even number, at least 16.
  case secretLength(Int)
  /// This many words, which no share has.
  case wordCount(Int)
  /// The word with this number, from 1, is not in SLIP-39's list.
  case unknownWord(Int)
  /// The numbered words of a printed share lack this number, or have it twice.
  case wordNumber(Int)
  /// The words are all in the list, but the checksum over them is wrong.
  case checksum
  /// The checksum is right, but the share is not one that SLIP-39 allows; the words say what is wrong with it.
  case malformed(String)
  /// No share was given.
  case noShares
  /// The share given at this place, from 1, differs from the first in what all of a set have in common.
  case otherSet(place: Int, field: String)
  /// Two shares with this index were given (`group` only where the set has several groups).
  case duplicate(index: Int, group: Int?)
  /// Fewer shares than the threshold.
  case tooFew(given: Int, needed: Int, group: Int?)
  /// Shares of fewer groups than the group threshold.
  case tooFewGroups(given: Int, needed: Int)
  /// The shares do not belong together: what they recover does not fit its digest.
  case digest
  /// The shares with these indices contradict the others, which fit together.
  case wrongShares([Int], group: Int?)
  /// A set of several groups, where only one group is supported.
  case groups(Int)
  /// What should become a QR code holds this byte's place, from 1, that the alphanumeric mode cannot write.
  case notAlphanumeric(place: Int)
  /// More characters than a QR code of the largest version that is made here holds.
  case codeCapacity(Int)
  /// A label of a printed share (the name says which) that is empty, too long or not printable ASCII.
  case label(String)
  /// Share `index` of a set of `shares` that needs `threshold`: not possible together.
  case count(index: Int, shares: Int, threshold: Int)
  /// The text of a printed share does not fit its page.
  case pageWidth(Int)
  /// The cryptographic library refused; its own words.
  case cryptography(String)
  /// No locked memory.
  case memory(SecretMemoryError)
}

extension RecoveryError: CustomStringConvertible {
  /// The failure in one line, with what to do where something can be done.
  public var description: String {
    switch self {
    case .split(let shares, let threshold):
      "cannot make \(shares) shares of which \(threshold) recover the secret: 2 to 16 shares, and a threshold from 2 "
        + "to their number"
    case .secretLength(let count): "a secret of \(count) bytes cannot be split: an even number of at least 16 can"
    case .wordCount(let count):
      "\(count) words are not a share: one of a 32-byte secret has 33 words, one of a 16-byte secret 20"
    case .unknownWord(let number): "word \(number) is not in the SLIP-39 word list: compare it with the share"
    case .wordNumber(let number): "word \(number) is missing, or there are two with that number"
    case .checksum: "a word is wrong or two are swapped (the checksum does not fit): compare each with the share"
    case .malformed(let words): "the share is not one that SLIP-39 allows: \(words)"
    case .noShares: "no share was given"
    case .otherSet(let place, let field):
      "the share given as number \(place) is of another set than the first: its \(field) differs"
    case .duplicate(let index, let group): "share \(index)\(Self.of(group)) was given twice: give another one"
    case .tooFew(let given, let needed, let group):
      "\(given) of \(needed) shares\(Self.of(group)): \(needed - given) more needed"
    case .tooFewGroups(let given, let needed): "shares of \(given) groups, and \(needed) groups are needed"
    case .digest: "the shares do not belong together: at least one is wrong. Another share more shows which one"
    case .wrongShares(let indices, let group):
      "share \(indices.map(String.init).joined(separator: ", "))\(Self.of(group)) contradicts the others, which fit "
        + "together: leave it out"
    case .groups(let count): "the shares are of a set of \(count) groups, and only sets of one group can be tested so"
    case .notAlphanumeric(let place): "character \(place) cannot be in an alphanumeric QR code"
    case .codeCapacity(let count): "\(count) characters are more than a QR code of version 20 holds"
    case .label(let name): "the \(name) of a share must be 1 to 64 printable ASCII characters"
    case .count(let index, let shares, let threshold):
      "there is no share \(index) of \(shares) where \(threshold) are needed"
    case .pageWidth(let columns): "the share takes \(columns) columns, and a page has \(SharePrint.columns)"
    case .cryptography(let words): "the cryptographic library refused: \(words)"
    case .memory(let error): error.description
    }
  }

  private static func of(_ group: Int?) -> String { group.map { " of group \($0)" } ?? "" }
}
