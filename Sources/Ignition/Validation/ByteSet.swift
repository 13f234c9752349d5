/// A set of ASCII bytes, for tests of every byte of a long text.
struct ByteSet {
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  /// The bytes of `text`, and letters and digits where `withLettersAndDigits` says so.
  init(_ text: StaticString, withLettersAndDigits: Bool = false) {
    text.withUTF8Buffer { for byte in $0 { insert(byte) } }
    guard withLettersAndDigits else { return }
    for byte in UInt8(ascii: "0")...UInt8(ascii: "9") { insert(byte) }
    for byte in UInt8(ascii: "a")...UInt8(ascii: "z") {
      insert(byte)
      insert(byte & ~0x20)
    }
  }

  private mutating func insert(_ byte: UInt8) {
    if byte < 64 { low |= 1 << byte } else if byte < 128 { high |= 1 << (byte - 64) }
  }

  func contains(_ byte: UInt8) -> Bool {
    let bits = byte < 64 ? low : byte < 128 ? high : 0
    return bits >> (byte & 63) & 1 == 1
  }
}
