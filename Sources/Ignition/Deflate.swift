/// Compression by DEFLATE (RFC 1951) in the gzip format (RFC 1952), for contents inside a config.
///
/// Not zlib: its output may change from version to version, and the same inputs have to give the same configs on every
/// machine. One pass finds repetitions with hash chains; everything is written as one block with Huffman codes made for
/// it.
enum Deflate {
  private static let window = 32768
  private static let longestMatch = 258
  private static let shortestMatch = 3
  /// How many earlier places of the same three bytes are tried.
  private static let tries = 128

  /// A literal byte, or a repetition of `length` bytes from `distance` bytes before.
  struct Symbol {
    var length: Int
    /// The byte where `length` is 0.
    var distance: Int
  }

  /// `bytes` as a gzip member without name or time.
  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    // Maximum compression, unknown operating system: what says nothing about the machine.
    var output: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 255]
    HuffmanBlock(symbols(of: bytes)).append(to: &output)
    for value in [CRC32.sum(of: bytes), UInt32(truncatingIfNeeded: bytes.count)] {
      for shift in stride(from: 0, to: 32, by: 8) { output.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
    }
    return output
  }

  /// `bytes` with repetitions found, the longest first.
  static func symbols(of bytes: [UInt8]) -> [Symbol] {
    var symbols: [Symbol] = []
    var newest = [Int](repeating: -1, count: 1 << 15)
    var previous = [Int](repeating: -1, count: window)
    func hash(_ index: Int) -> Int {
      (Int(bytes[index]) << 10 ^ Int(bytes[index + 1]) << 5 ^ Int(bytes[index + 2])) & (1 << 15 - 1)
    }
    func remember(_ index: Int) {
      guard index + shortestMatch <= bytes.count else { return }
      let key = hash(index)
      previous[index % window] = newest[key]
      newest[key] = index
    }
    func match(_ index: Int) -> Symbol {
      var best = Symbol(length: 0, distance: Int(bytes[index]))
      guard index + shortestMatch <= bytes.count else { return best }
      let limit = min(longestMatch, bytes.count - index)
      var candidate = newest[hash(index)]
      for _ in 0..<tries {
        guard candidate >= 0, index - candidate <= window else { break }
        var length = 0
        while length < limit, bytes[candidate + length] == bytes[index + length] { length += 1 }
        if length >= shortestMatch, length > best.length {
          best = Symbol(length: length, distance: index - candidate)
          if length == limit { break }
        }
        let older = previous[candidate % window]
        candidate = older < candidate ? older : -1
      }
      return best
    }
    var index = 0
    while index < bytes.count {
      var found = match(index)
      remember(index)
      // A longer repetition one byte later is worth a literal now.
      if found.length > 0, found.length < longestMatch, index + 1 < bytes.count, match(index + 1).length > found.length
      {
        found = Symbol(length: 0, distance: Int(bytes[index]))
      }
      symbols.append(found)
      let end = index + max(found.length, 1)
      index += 1
      while index < end {
        remember(index)
        index += 1
      }
    }
    return symbols
  }
}

/// The checksum of gzip (CRC-32 of ISO 3309).
enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
  }

  static func sum(of bytes: some Sequence<UInt8>) -> UInt32 {
    let table = table
    var sum = UInt32.max
    for byte in bytes { sum = table[Int((sum ^ UInt32(byte)) & 0xFF)] ^ sum >> 8 }
    return ~sum
  }
}
