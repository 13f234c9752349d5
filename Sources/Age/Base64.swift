/// Base64 (RFC 4648, section 4) in its one canonical form, without padding as headers have it and with it as armor has it.
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")

  /// The text of `bytes` without padding.
  static func text(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let rest = min(3, bytes.count - start)
      var group = UInt32(0)
      for index in 0..<3 { group = group << 8 | (index < rest ? UInt32(bytes[start + index]) : 0) }
      for index in 0...rest { text.append(alphabet[Int(group >> UInt32(18 - 6 * index) & 63)]) }
    }
    return text
  }

  /// The bytes that `text` stands for, which has no padding; `nil` where it is not canonical.
  static func bytes(_ text: some Collection<UInt8>) -> [UInt8]? {
    let count = text.count
    guard count % 4 != 1 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count / 4 * 3 + 2)
    var group = UInt32(0)
    var bits = 0
    for character in text {
      guard let value = value(of: character) else { return nil }
      group = group << 6 | value
      bits += 6
      guard bits >= 8 else { continue }
      bits -= 8
      bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
      group &= 1 << UInt32(bits) - 1
    }
    return group == 0 ? bytes : nil
  }

  /// The bytes that `text` stands for, which is padded to whole groups; `nil` where it is not canonical.
  static func bytes(padded text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count.isMultiple(of: 4) else { return nil }
    let tail = text.suffix(2).reversed().prefix { $0 == padding }.count
    return bytes(text.dropLast(tail))
  }

  /// The text of `bytes`, padded to whole groups.
  static func paddedText(_ bytes: [UInt8]) -> [UInt8] {
    let text = text(bytes)
    return text + [UInt8](repeating: padding, count: (4 - text.count % 4) % 4)
  }

  private static func value(of character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a") + 26)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0") + 52)
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
