/// RS1024, the Reed-Solomon code over words of ten bits that ends each share: three words, in which no error of up to
/// three words goes unnoticed. Source: SLIP-0039, Checksum.
struct Checksum {
  /// How many words it takes.
  static let words = 3

  private static let generators: [UInt32] = [
    0xE0E040, 0x1C1_C080, 0x383_8100, 0x707_0200, 0xE0E_0009, 0x1C0C_2412, 0x3808_6C24, 0x3090_FC48, 0x21B1_F890,
    0x3F3_F120,
  ]
  private var state: UInt32 = 1

  /// Starts with the customization string, which keeps both kinds of share apart.
  init(extendable: Bool) {
    for byte in (extendable ? "shamir_extendable" : "shamir").utf8 { add(UInt16(byte)) }
  }

  mutating func add(_ word: UInt16) {
    let carry = state >> 20
    state = (state & 0xFFFFF) << 10 ^ UInt32(word)
    for (bit, generator) in Self.generators.enumerated() { state ^= generator & (0 &- (carry >> UInt32(bit) & 1)) }
  }

  /// Whether what was added ends with its checksum.
  var isValid: Bool { state == 1 }

  /// The words that make what was added so far valid.
  var ending: [UInt16] {
    var copy = self
    for _ in 0..<Self.words { copy.add(0) }
    let value = copy.state ^ 1
    return [UInt16(value >> 20 & 1023), UInt16(value >> 10 & 1023), UInt16(value & 1023)]
  }
}
