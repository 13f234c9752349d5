/// Decompression of gzip (RFC 1952) and the DEFLATE stream in it (RFC 1951), within a limit that the caller sets.
struct Inflate {
  /// Why bytes cannot be decompressed.
  enum Fault: Error, Sendable, Hashable {
    /// The bytes are no gzip, or end too early.
    case malformed
    /// The checksum or the length at the end does not fit what came before.
    case checksum
    /// The result is longer than the limit.
    case tooLong
  }

  private let input: [UInt8]
  private let limit: Int
  private var index = 0
  private var bits: UInt64 = 0
  private var bitCount = 0
  private var output: [UInt8] = []

  private init(_ input: [UInt8], limit: Int) {
    self.input = input
    self.limit = limit
  }

  /// What the members of a gzip file hold together, at most `limit` bytes.
  static func gunzip(_ bytes: [UInt8], limit: Int) throws(Fault) -> [UInt8] {
    var inflate = Inflate(bytes, limit: limit)
    repeat { try inflate.member() } while inflate.index < bytes.count
    return inflate.output
  }

  private mutating func member() throws(Fault) {
    let start = output.count
    guard try byte() == 0x1F, try byte() == 0x8B, try byte() == 8 else { throw .malformed }
    let flags = try byte()
    for _ in 0..<6 { _ = try byte() }
    if flags & 4 != 0 {
      let length = try Int(byte()) | Int(byte()) << 8
      for _ in 0..<length { _ = try byte() }
    }
    for flag: UInt8 in [8, 16] where flags & flag != 0 { while try byte() != 0 {} }
    if flags & 2 != 0 { for _ in 0..<2 { _ = try byte() } }
    var isLast = false
    while !isLast {
      isLast = try take(1) == 1
      switch try take(2) {
      case 0: try stored()
      case 1: try compressed(Self.fixedLiterals, Self.fixedDistances)
      case 2: try dynamic()
      default: throw .malformed
      }
    }
    // Whole bytes that were looked at and not used belong to what follows.
    index -= bitCount / 8
    (bits, bitCount) = (0, 0)
    var words: [UInt32] = []
    for _ in 0..<2 {
      var word: UInt32 = 0
      for shift in stride(from: UInt32(0), to: 32, by: 8) { word |= try UInt32(byte()) << shift }
      words.append(word)
    }
    guard words == [CRC32.sum(of: output[start...]), UInt32(truncatingIfNeeded: output.count - start)] else {
      throw .checksum
    }
  }

  private mutating func stored() throws(Fault) {
    index -= bitCount / 8
    (bits, bitCount) = (0, 0)
    let length = try Int(byte()) | Int(byte()) << 8
    let complement = try Int(byte()) | Int(byte()) << 8
    guard length == complement ^ 0xFFFF, index + length <= input.count else { throw .malformed }
    if output.count + length > limit { throw .tooLong }
    output.append(contentsOf: input[index..<index + length])
    index += length
  }

  private mutating func dynamic() throws(Fault) {
    let literalCount = try take(5) + 257
    let distanceCount = try take(5) + 1
    let shown = try take(4) + 4
    var codeLengths = [Int](repeating: 0, count: 19)
    for symbol in DeflateTables.order[..<shown] { codeLengths[symbol] = try take(3) }
    let code = try Decoder(codeLengths)
    var lengths: [Int] = []
    while lengths.count < literalCount + distanceCount {
      switch try symbol(code) {
      case 16:
        guard let last = lengths.last else { throw .malformed }
        lengths += Array(repeating: last, count: try take(2) + 3)
      case 17: lengths += Array(repeating: 0, count: try take(3) + 3)
      case 18: lengths += Array(repeating: 0, count: try take(7) + 11)
      case let length: lengths.append(length)
      }
    }
    guard lengths.count == literalCount + distanceCount else { throw .malformed }
    try compressed(Decoder(Array(lengths[..<literalCount])), Decoder(Array(lengths[literalCount...])))
  }

  private mutating func compressed(_ literals: Decoder, _ distances: Decoder) throws(Fault) {
    while true {
      let literal = try symbol(literals)
      if literal == 256 { return }
      if literal < 256 {
        if output.count == limit { throw .tooLong }
        output.append(UInt8(literal))
        continue
      }
      guard literal - 257 < DeflateTables.lengths.count else { throw .malformed }
      let length = try value(DeflateTables.lengths[literal - 257])
      let distanceCode = try symbol(distances)
      guard distanceCode < DeflateTables.distances.count else { throw .malformed }
      let distance = try value(DeflateTables.distances[distanceCode])
      guard distance <= output.count else { throw .malformed }
      if output.count + length > limit { throw .tooLong }
      for _ in 0..<length { output.append(output[output.count - distance]) }
    }
  }

  private mutating func value(_ entry: (base: Int, extra: Int)) throws(Fault) -> Int {
    try entry.base + take(entry.extra)
  }

  // MARK: Bits

  private mutating func byte() throws(Fault) -> UInt8 {
    guard index < input.count else { throw .malformed }
    index += 1
    return input[index - 1]
  }

  private mutating func take(_ count: Int) throws(Fault) -> Int {
    while bitCount < count {
      bits |= try UInt64(byte()) << UInt64(bitCount)
      bitCount += 8
    }
    let value = bits & (1 << UInt64(count) - 1)
    bits >>= UInt64(count)
    bitCount -= count
    return Int(value)
  }

  private mutating func symbol(_ decoder: Decoder) throws(Fault) -> Int {
    var code = 0
    var first = 0
    var position = 0
    for count in decoder.counts.dropFirst() {
      code |= try take(1)
      if code - first < count { return decoder.symbols[position + code - first] }
      position += count
      first = (first + count) << 1
      code <<= 1
    }
    throw .malformed
  }

  /// The symbols of a code in the order of their codes, and how many have each length.
  private struct Decoder {
    var counts = [Int](repeating: 0, count: 16)
    var symbols: [Int] = []

    init(_ lengths: [Int]) throws(Fault) {
      for length in lengths where length > 0 { counts[length] += 1 }
      // More codes of a length than there is room for.
      var room = 1
      for count in counts.dropFirst() {
        room = room << 1 - count
        if room < 0 { throw .malformed }
      }
      for length in 1..<16 {
        for (symbol, own) in lengths.enumerated() where own == length { symbols.append(symbol) }
      }
    }

    init(fixed lengths: [Int]) {
      for length in lengths { counts[length] += 1 }
      for length in 1..<16 {
        for (symbol, own) in lengths.enumerated() where own == length { symbols.append(symbol) }
      }
    }
  }

  private static let fixedLiterals = Decoder(
    fixed: Array(repeating: 8, count: 144) + Array(repeating: 9, count: 112) + Array(repeating: 7, count: 24)
      + Array(repeating: 8, count: 8))
  private static let fixedDistances = Decoder(fixed: Array(repeating: 5, count: 30))
}
