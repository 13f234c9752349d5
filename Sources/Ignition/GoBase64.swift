import BaseEncodings

/// Base64 as Go's `encoding/base64` reads it, and Ignition with it: line ends are passed over, spare bits are not looked at, padding is required.
/// Source: Go's src/encoding/base64/base64.go, `Encoding.decodeQuantum`.
enum GoBase64 {
  /// Hands the bytes of `text` to `sink`; whether it is Base64.
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
      guard padding == 0, let six = Base64.value(byte) else { return false }
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
