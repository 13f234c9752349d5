/// Base 64 with the standard alphabet (RFC 4648, section 4), read in its one canonical form only: no blanks, spare bits zero (section 3.5).
public enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// What fills the last group.
  public static let padding = UInt8(ascii: "=")

  /// How many characters `count` bytes take, padding included.
  @inlinable
  public static func length(of count: Int) -> Int { (count + 2) / 3 * 4 }

  /// The six bits of a character; `nil` where it is none of the alphabet.
  @inlinable
  public static func value(_ character: UInt8) -> UInt8? {
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

extension Base64 {
  /// The text of `bytes`, padded to whole groups.
  public static func text(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    append(bytes, to: &text)
    return text
  }

  /// The text of `bytes` as a string.
  public static func string(_ bytes: [UInt8]) -> String { String(decoding: text(bytes), as: UTF8.self) }

  /// The text of `bytes` without padding (RFC 4648, section 3.2).
  public static func unpadded(_ bytes: [UInt8]) -> [UInt8] { text(bytes).filter { $0 != padding } }

  /// Appends the text of `bytes` to `text`.
  public static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
    text.reserveCapacity(text.count + length(of: bytes.count))
    var index = 0
    while index < bytes.count {
      let left = bytes.count - index
      let group =
        UInt32(bytes[index]) << 16 | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
        | (left > 2 ? UInt32(bytes[index + 2]) : 0)
      text.append(alphabet[Int(group >> 18)])
      text.append(alphabet[Int(group >> 12 & 63)])
      text.append(left > 1 ? alphabet[Int(group >> 6 & 63)] : padding)
      text.append(left > 2 ? alphabet[Int(group & 63)] : padding)
      index += 3
    }
  }

  /// The character at `index` of the padded text of `bytes`: for secrets, which need no other copy.
  public static func character(_ index: Int, of bytes: UnsafeRawBufferPointer) -> UInt8 {
    let start = index / 4 * 3
    let place = index % 4
    guard start + place <= bytes.count else { return padding }
    var group = UInt32(0)
    for offset in start..<(start + 3) { group = group << 8 | (offset < bytes.count ? UInt32(bytes[offset]) : 0) }
    return alphabet[Int(group >> UInt32(18 - 6 * place) & 63)]
  }
}

extension Base64 {
  /// The bytes that `text` stands for, which is padded to whole groups; `nil` where it is not canonical.
  public static func bytes(_ text: some Collection<UInt8>) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: text.count / 4 * 3)
    guard let count = bytes.withUnsafeMutableBytes({ decode(text, into: $0) }) else { return nil }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// The bytes that `text` stands for, which has no padding; `nil` where it is not canonical.
  public static func bytes(unpadded text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count % 4 != 1, !text.contains(padding) else { return nil }
    return bytes(Array(text) + [UInt8](repeating: padding, count: (4 - text.count % 4) % 4))
  }

  /// Writes what the padded `text` stands for into `buffer` (three bytes for every four characters) and says how many bytes that are; `nil`
  /// where it is not canonical.
  public static func decode(_ text: some Collection<UInt8>, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    let length = text.count
    guard length.isMultiple(of: 4), buffer.count >= length / 4 * 3 else { return nil }
    var written = 0
    var group = UInt32(0)
    var filling = 0
    for (index, character) in text.enumerated() {
      if character == padding, index >= length - 2 {
        filling += 1
        group <<= 6
      } else if filling == 0, let value = value(character) {
        group = group << 6 | UInt32(value)
      } else {
        return nil
      }
      guard index % 4 == 3 else { continue }
      guard group & (1 << UInt32(8 * filling) - 1) == 0 else { return nil }
      for place in 0..<(3 - filling) {
        buffer[written + place] = UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * place))
      }
      written += 3 - filling
      group = 0
    }
    return written
  }
}
