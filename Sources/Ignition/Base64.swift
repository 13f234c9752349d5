/// Standard Base64 with padding (RFC 4648, section 4).
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// How many characters `count` bytes take.
  static func length(of count: Int) -> Int { (count + 2) / 3 * 4 }

  /// Appends `bytes` to `text`.
  static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
    text.reserveCapacity(text.count + length(of: bytes.count))
    var index = 0
    while index < bytes.count {
      let left = bytes.count - index
      let group =
        UInt32(bytes[index]) << 16 | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
        | (left > 2 ? UInt32(bytes[index + 2]) : 0)
      text.append(alphabet[Int(group >> 18)])
      text.append(alphabet[Int(group >> 12 & 63)])
      text.append(left > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
      text.append(left > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "="))
      index += 3
    }
  }

  /// The six bits of a character; `nil` where `byte` is none of the alphabet.
  private static func bits(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }

  /// Hands the bytes of `text` to `sink`; whether it is Base64. Line ends are passed over, padding is required.
  @inline(__always)
  static func decode(_ text: some Sequence<UInt8>, _ sink: (UInt8) -> Void) -> Bool {
    var group: UInt32 = 0
    var count = 0
    var padding = 0
    for byte in text {
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { continue }
      if byte == UInt8(ascii: "=") {
        padding += 1
        // Padding stands only where two or three characters of a group were read, and fills that group.
        guard count + padding == 4 ? count >= 2 : (count == 2 && padding == 1) else { return false }
        continue
      }
      guard padding == 0, let six = bits(byte) else { return false }
      group = group << 6 | UInt32(six)
      count += 1
      if count == 4 {
        sink(UInt8(truncatingIfNeeded: group >> 16))
        sink(UInt8(truncatingIfNeeded: group >> 8))
        sink(UInt8(truncatingIfNeeded: group))
        (group, count) = (0, 0)
      }
    }
    switch (count, padding) {
    case (0, 0): break
    case (2, 2): sink(UInt8(truncatingIfNeeded: group >> 4))
    case (3, 1):
      sink(UInt8(truncatingIfNeeded: group >> 10))
      sink(UInt8(truncatingIfNeeded: group >> 2))
    default: return false
    }
    return true
  }
}
