/// A canonical Huffman code (RFC 1951, section 3.2.2), made from how often each symbol occurs.
struct HuffmanCode {
  /// The length of each symbol's code in bits; 0 where it does not occur.
  let lengths: [Int]
  /// The codes, first bit lowest, as DEFLATE sends them.
  let codes: [Int]

  /// The best code whose longest word has at most `limit` bits.
  init(counts: [Int], limit: Int) {
    var counts = counts
    var lengths = Self.lengths(of: counts)
    // Halving rare symbols' disadvantage until the longest fits; always ends, for equal counts give a flat tree.
    while (lengths.max() ?? 0) > limit {
      counts = counts.map { $0 == 0 ? 0 : $0 / 2 + 1 }
      lengths = Self.lengths(of: counts)
    }
    self.lengths = lengths
    codes = Self.codes(of: lengths)
  }

  private static func codes(of lengths: [Int]) -> [Int] {
    var codes = [Int](repeating: 0, count: lengths.count)
    var next = 0
    for length in 1..<16 {
      next <<= 1
      for symbol in lengths.indices where lengths[symbol] == length {
        codes[symbol] = (0..<length).reduce(0) { $0 | (next >> $1 & 1) << (length - 1 - $1) }
        next += 1
      }
    }
    return codes
  }

  private static func lengths(of counts: [Int]) -> [Int] {
    var lengths = [Int](repeating: 0, count: counts.count)
    // Leaves and inner nodes stand in two queues, each in order of weight, so that the two lightest are always at a
    // front.
    let leaves = counts.indices.filter { counts[$0] > 0 }.sorted { (counts[$0], $0) < (counts[$1], $1) }
    if leaves.count == 1 { lengths[leaves[0]] = 1 }
    if leaves.count < 2 { return lengths }
    var weights = leaves.map { counts[$0] }
    var parents = [Int](repeating: 0, count: leaves.count)
    var leaf = 0
    var inner = leaves.count
    func lightest() -> Int {
      if leaf < leaves.count, inner >= weights.count || weights[leaf] <= weights[inner] {
        leaf += 1
        return leaf - 1
      }
      inner += 1
      return inner - 1
    }
    while weights.count < 2 * leaves.count - 1 {
      let (one, other) = (lightest(), lightest())
      parents[one] = weights.count
      parents[other] = weights.count
      weights.append(weights[one] + weights[other])
      parents.append(0)
    }
    var depths = [Int](repeating: 0, count: weights.count)
    for node in weights.indices.dropLast().reversed() { depths[node] = depths[parents[node]] + 1 }
    for (node, symbol) in leaves.enumerated() { lengths[symbol] = depths[node] }
    return lengths
  }
}
