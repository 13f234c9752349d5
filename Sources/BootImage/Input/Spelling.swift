/// Which of some known words was probably meant.
struct Spelling {
  /// The words that are known, in the order in which they are listed to a person.
  var words: [String]

  /// `, did you mean 'x'?` where a known word is close to `word`, and otherwise the known words.
  func hint(for word: String) -> String {
    if let best = closest(to: word) { return ", did you mean '\(best)'?" }
    return ", known here: " + words.joined(separator: ", ")
  }

  /// The known word that is closest to `word`, if any is close: one edit in a short word, two in a longer one, case
  /// apart.
  func closest(to word: String) -> String? {
    let wanted = Array(word.lowercased().utf8)
    guard wanted.count <= 64 else { return nil }
    let limit = wanted.count <= 4 ? 1 : 2
    var best: (distance: Int, word: String)?
    for candidate in words {
      let distance = Self.distance(wanted, Array(candidate.lowercased().utf8))
      if distance <= limit, distance < best?.distance ?? .max { best = (distance, candidate) }
    }
    return best?.word
  }

  /// The number of insertions, deletions, replacements and swaps of neighbours between two words (optimal string
  /// alignment).
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for i in left.indices {
      var row = [i + 1]
      for j in right.indices {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] { cost = min(cost, beforeLast[j - 1] + 1) }
        row.append(cost)
      }
      (beforeLast, last) = (last, row)
    }
    return last[right.count]
  }
}
