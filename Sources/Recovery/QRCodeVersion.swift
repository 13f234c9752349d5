/// A size of QR code and what error correction level M makes of it. Source: ISO/IEC 18004, tables 1, 3, 7, 9 and
/// annex E.
struct QRCodeVersion: Equatable {
  /// 1 to 20.
  let number: Int

  // Error correction level M, versions 1 to 20: correction codewords in each block, and blocks.
  private static let levels: [(correction: Int, blocks: Int)] = [
    (10, 1), (16, 1), (26, 1), (18, 2), (24, 2), (16, 4), (18, 4), (22, 4), (22, 5), (26, 5),
    (30, 5), (22, 8), (22, 9), (24, 9), (24, 10), (28, 10), (28, 11), (26, 13), (26, 14), (26, 16),
  ]
  /// All of them, the smallest first.
  static let all = (1...levels.count).map { QRCodeVersion(number: $0) }

  /// Modules on each side.
  var size: Int { 17 + 4 * number }

  /// Data and correction codewords together, 8 bits each.
  var codewords: Int {
    let alignments = alignmentPositions.count
    var modules = size * size
    // Three finder patterns with separators and format information, and the two timing patterns.
    modules -= 3 * 64 + 31 + 2 * (size - 16)
    if alignments > 0 {
      // Each is 25 modules; those on a timing pattern, all but one of two sides, share 5 with it.
      modules -= 25 * (alignments * alignments - 3) - 5 * 2 * (alignments - 2)
    }
    if hasVersionInformation { modules -= 36 }
    return modules / 8
  }

  /// Correction codewords in each block.
  var blockCorrection: Int { Self.levels[number - 1].correction }
  /// Blocks, of which the last may be a codeword longer than the first.
  var blocks: Int { Self.levels[number - 1].blocks }
  /// Codewords for data.
  var dataCodewords: Int { codewords - blockCorrection * blocks }

  /// Where the centres of alignment patterns are, in rows as in columns.
  var alignmentPositions: [Int] {
    guard number > 1 else { return [] }
    let count = number / 7 + 2
    let step = (number * 4 + count * 2 + 1) / (count * 2 - 2) * 2
    return [6] + (0..<(count - 1)).reversed().map { size - 7 - $0 * step }
  }

  /// Whether the code says its version in words of its own.
  var hasVersionInformation: Bool { number >= 7 }
}
