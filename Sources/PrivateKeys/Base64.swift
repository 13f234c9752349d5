/// Base64 (RFC 4648, section 4) from memory to memory, so that secrets need no other copy.
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// How many characters stand for `count` bytes.
  static func length(of count: Int) -> Int { (count + 2) / 3 * 4 }

  /// The character at `index` of the text of `bytes`.
  static func character(_ index: Int, of bytes: UnsafeRawBufferPointer) -> UInt8 {
    let start = index / 4 * 3
    let place = index % 4
    guard start + place <= bytes.count else { return UInt8(ascii: "=") }
    var group = UInt32(0)
    for offset in start..<(start + 3) { group = group << 8 | (offset < bytes.count ? UInt32(bytes[offset]) : 0) }
    return alphabet[Int(group >> UInt32(18 - 6 * place) & 63)]
  }

  /// Writes what `text` stands for into `buffer`, three bytes for every four characters, and says how many bytes that
  /// are; `nil` where it is not canonical.
  static func decode(_ text: some Collection<UInt8>, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    let length = text.count
    guard length.isMultiple(of: 4), buffer.count >= length / 4 * 3 else { return nil }
    var written = 0
    var group = UInt32(0)
    var padding = 0
    for (index, character) in text.enumerated() {
      if character == UInt8(ascii: "="), index >= length - 2 {
        padding += 1
        group <<= 6
      } else if padding == 0, let value = value(of: character) {
        group = group << 6 | UInt32(value)
      } else {
        return nil
      }
      guard index % 4 == 3 else { continue }
      guard group & (1 << UInt32(8 * padding) - 1) == 0 else { return nil }
      for place in 0..<(3 - padding) {
        buffer[written + place] = UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * place))
      }
      written += 3 - padding
      group = 0
    }
    return written
  }

  private static func value(of character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
