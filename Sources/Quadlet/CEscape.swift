/// The escapes that the generator knows after a backslash; what they stand for is a character, never a raw byte.
enum CEscape {
  /// The character that the escape at the start of `bytes` (after its backslash) stands for, and the bytes it takes;
  /// `nil` where it is no escape.
  static func read(_ bytes: ArraySlice<UInt8>) -> (Unicode.Scalar, Int)? {
    guard let kind = bytes.first else { return nil }
    switch Unicode.Scalar(kind) {
    case "a": return ("\u{07}", 1)
    case "b": return ("\u{08}", 1)
    case "f": return ("\u{0C}", 1)
    case "n": return ("\n", 1)
    case "r": return ("\r", 1)
    case "t": return ("\t", 1)
    case "v": return ("\u{0B}", 1)
    case "s": return (" ", 1)
    case "\\", "\"", "'": return (Unicode.Scalar(kind), 1)
    case "x": return number(bytes.dropFirst(), digits: 2, radix: 16, most: 0xFF).map { ($0, 3) }
    case "u": return number(bytes.dropFirst(), digits: 4, radix: 16, most: 0xFFFF).map { ($0, 5) }
    case "U": return number(bytes.dropFirst(), digits: 8, radix: 16, most: 0x10FFFF).map { ($0, 9) }
    case "0"..."7": return number(bytes, digits: 3, radix: 8, most: 0xFF).map { ($0, 3) }
    default: return nil
    }
  }

  private static func number(
    _ bytes: ArraySlice<UInt8>, digits: Int, radix: UInt32, most: UInt32
  ) -> Unicode.Scalar? {
    guard bytes.count >= digits else { return nil }
    var value: UInt64 = 0
    for byte in bytes.prefix(digits) {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix else { return nil }
      value = value * UInt64(radix) + UInt64(digit)
    }
    guard value > 0, value <= most else { return nil }
    // Go writes half of a surrogate pair as the replacement character.
    return Unicode.Scalar(UInt32(value)) ?? "\u{FFFD}"
  }
}
