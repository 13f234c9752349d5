/// The one block of a DEFLATE stream, with Huffman codes of its own (RFC 1951, section 3.2.7).
struct HuffmanBlock {
  private static let endOfBlock = 256

  private let symbols: [Deflate.Symbol]
  private var bits = 0
  private var bitCount = 0

  init(_ symbols: [Deflate.Symbol]) { self.symbols = symbols }

  func append(to output: inout [UInt8]) {
    var block = self
    block.write(&output)
  }

  private mutating func write(_ output: inout [UInt8]) {
    var literalCounts = [Int](repeating: 0, count: 286)
    var distanceCounts = [Int](repeating: 0, count: 30)
    literalCounts[Self.endOfBlock] = 1
    for symbol in symbols {
      if symbol.length == 0 {
        literalCounts[symbol.distance] += 1
      } else {
        literalCounts[257 + DeflateTables.code(of: symbol.length, in: DeflateTables.lengths)] += 1
        distanceCounts[DeflateTables.code(of: symbol.distance, in: DeflateTables.distances)] += 1
      }
    }
    let literals = HuffmanCode(counts: literalCounts, limit: 15)
    let distances = HuffmanCode(counts: distanceCounts, limit: 15)
    // The last block, and codes of its own.
    put(1, 1, &output)
    put(2, 2, &output)
    writeCodes(literals, distances, &output)
    for symbol in symbols {
      if symbol.length == 0 {
        put(literals, symbol.distance, &output)
      } else {
        let length = DeflateTables.code(of: symbol.length, in: DeflateTables.lengths)
        put(literals, 257 + length, &output)
        put(symbol.length - DeflateTables.lengths[length].base, DeflateTables.lengths[length].extra, &output)
        let distance = DeflateTables.code(of: symbol.distance, in: DeflateTables.distances)
        put(distances, distance, &output)
        put(symbol.distance - DeflateTables.distances[distance].base, DeflateTables.distances[distance].extra, &output)
      }
    }
    put(literals, Self.endOfBlock, &output)
    put(0, (8 - bitCount % 8) % 8, &output)
  }

  private mutating func writeCodes(_ literals: HuffmanCode, _ distances: HuffmanCode, _ output: inout [UInt8]) {
    let literalCount = (literals.lengths.lastIndex { $0 > 0 } ?? 0) + 1
    let distanceCount = max(1, (distances.lengths.lastIndex { $0 > 0 } ?? 0) + 1)
    let runs = Self.runs(Array(literals.lengths[..<literalCount]) + Array(distances.lengths[..<distanceCount]))
    var counts = [Int](repeating: 0, count: 19)
    for run in runs { counts[run.symbol] += 1 }
    let code = HuffmanCode(counts: counts, limit: 7)
    let shown = max(4, (DeflateTables.order.lastIndex { code.lengths[$0] > 0 } ?? 0) + 1)
    put(literalCount - 257, 5, &output)
    put(distanceCount - 1, 5, &output)
    put(shown - 4, 4, &output)
    for symbol in DeflateTables.order[..<shown] { put(code.lengths[symbol], 3, &output) }
    for run in runs {
      put(code, run.symbol, &output)
      put(run.extra, run.extraBits, &output)
    }
  }

  /// Code lengths with repetitions shortened: 16 repeats the length before it 3 to 6 times, 17 and 18 repeat 0.
  private static func runs(_ lengths: [Int]) -> [(symbol: Int, extra: Int, extraBits: Int)] {
    var runs: [(symbol: Int, extra: Int, extraBits: Int)] = []
    var index = 0
    while index < lengths.count {
      let length = lengths[index]
      var count = 1
      while index + count < lengths.count, lengths[index + count] == length { count += 1 }
      index += count
      if length == 0 {
        while count >= 11 {
          let part = min(count, 138)
          runs.append((18, part - 11, 7))
          count -= part
        }
        if count >= 3 {
          runs.append((17, count - 3, 3))
          count = 0
        }
      } else {
        runs.append((length, 0, 0))
        count -= 1
        while count >= 3 {
          let part = min(count, 6)
          runs.append((16, part - 3, 2))
          count -= part
        }
      }
      for _ in 0..<count { runs.append((length, 0, 0)) }
    }
    return runs
  }

  private mutating func put(_ code: HuffmanCode, _ symbol: Int, _ output: inout [UInt8]) {
    put(code.codes[symbol], code.lengths[symbol], &output)
  }

  private mutating func put(_ value: Int, _ count: Int, _ output: inout [UInt8]) {
    bits |= value << bitCount
    bitCount += count
    while bitCount >= 8 {
      output.append(UInt8(truncatingIfNeeded: bits))
      bits >>= 8
      bitCount -= 8
    }
  }
}
