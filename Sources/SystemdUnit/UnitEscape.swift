/// The C-style escapes of systemd.syntax(7), "Supported escapes".
enum UnitEscape {
  /// What the escape at the start of `bytes` (after its backslash) stands for, and the bytes it takes; `nil` where
  /// systemd knows no such escape, which includes every way to write a NUL.
  static func read(_ bytes: ArraySlice<UInt8>) -> (bytes: [UInt8], length: Int)? {
    guard let kind = bytes.first else { return nil }
    switch Unicode.Scalar(kind) {
    case "a": return ([0x07], 1)
    case "b": return ([0x08], 1)
    case "f": return ([0x0C], 1)
    case "n": return ([0x0A], 1)
    case "r": return ([0x0D], 1)
    case "t": return ([0x09], 1)
    case "v": return ([0x0B], 1)
    case "s": return ([0x20], 1)
    case "\\", "\"", "'": return ([kind], 1)
    case "x": return number(bytes.dropFirst(), digits: 2, radix: 16).map { ([UInt8(truncatingIfNeeded: $0)], 3) }
    case "u": return scalar(bytes.dropFirst(), digits: 4).map { ($0, 5) }
    case "U": return scalar(bytes.dropFirst(), digits: 8).map { ($0, 9) }
    case "0"..."7": return number(bytes, digits: 3, radix: 8).flatMap(UInt8.init(exactly:)).map { ([$0], 3) }
    default: return nil
    }
  }

  private static func scalar(_ bytes: ArraySlice<UInt8>, digits: Int) -> [UInt8]? {
    number(bytes, digits: digits, radix: 16).flatMap(Unicode.Scalar.init).map { Array(String($0).utf8) }
  }

  private static func number(_ bytes: ArraySlice<UInt8>, digits: Int, radix: UInt32) -> UInt32? {
    guard bytes.count >= digits else { return nil }
    var value: UInt64 = 0
    for byte in bytes.prefix(digits) {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix else { return nil }
      value = value * UInt64(radix) + UInt64(digit)
    }
    return value == 0 ? nil : UInt32(exactly: value)
  }
}
