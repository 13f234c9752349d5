/// Base64 (RFC 4648, section 4) in its one canonical form: with padding, without blanks, spare bits zero.
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The text of `bytes`.
  static func text(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let rest = min(3, bytes.count - start)
      var group = UInt32(0)
      for index in 0..<3 { group = group << 8 | (index < rest ? UInt32(bytes[start + index]) : 0) }
      for index in 0..<4 {
        text.append(index <= rest ? alphabet[Int(group >> UInt32(18 - 6 * index) & 63)] : UInt8(ascii: "="))
      }
    }
    return text
  }

  /// The text of `bytes` as a string.
  static func string(_ bytes: [UInt8]) -> String { String(decoding: text(bytes), as: UTF8.self) }

  /// The bytes that `text` stands for; `nil` where it is not canonical.
  static func bytes(_ text: some Collection<UInt8>) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: text.count / 4 * 3)
    guard let count = bytes.withUnsafeMutableBytes({ decode(text, into: $0) }) else { return nil }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// Writes what `text` stands for into `buffer` (three bytes for every four characters) and says how many bytes that are; `nil` where it
  /// is not canonical.
  static func decode(_ text: some Collection<UInt8>, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    guard text.count.isMultiple(of: 4), buffer.count >= text.count / 4 * 3 else { return nil }
    var written = 0
    var group = UInt32(0)
    var digits = 0
    var padding = 0
    for character in text {
      if character == UInt8(ascii: "="), written + 3 == text.count / 4 * 3, digits >= 2 {
        padding += 1
        group <<= 6
      } else if padding == 0, let value = value(of: character) {
        group = group << 6 | UInt32(value)
      } else {
        return nil
      }
      digits += 1
      guard digits == 4 else { continue }
      guard group & (1 << UInt32(8 * padding) - 1) == 0 else { return nil }
      for index in 0..<(3 - padding) {
        buffer[written + index] = UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * index))
      }
      written += 3 - padding
      group = 0
      digits = 0
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
