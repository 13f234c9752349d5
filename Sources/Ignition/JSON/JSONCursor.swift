import BaseEncodings

/// A place in a JSON text that ``JSONSyntax`` has accepted, and the steps from there. No step checks the syntax again.
struct JSONCursor {
  let bytes: [UInt8]
  var index = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next byte that is not white space.
  var next: UInt8 {
    mutating get {
      while true {
        switch bytes[index] {
        case 0x20, 0x09, 0x0A, 0x0D: index += 1
        case let byte: return byte
        }
      }
    }
  }

  mutating func string() -> String {
    let start = index + 1
    let hasEscape = skipString()
    let raw = bytes[start..<index - 1]
    return hasEscape ? unescaped(raw) : String(decoding: raw, as: UTF8.self)
  }

  /// Reads an object's key and passes over its colon.
  mutating func key() -> String {
    _ = next
    let key = string()
    _ = next
    index += 1
    return key
  }

  func unescaped(_ raw: ArraySlice<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(raw.count)
    var index = raw.startIndex
    while index < raw.endIndex {
      let escape = raw[index...].firstIndex(of: UInt8(ascii: "\\")) ?? raw.endIndex
      text.append(contentsOf: raw[index..<escape])
      if escape == raw.endIndex { break }
      index = escape + 1
      let kind = raw[index]
      index += 1
      switch kind {
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0C)
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "u"):
        var unit = Self.unit(raw[index..<index + 4])
        index += 4
        if UTF16.isLeadSurrogate(unit.low), raw[index...].starts(with: "\\u".utf8) {
          let trail = Self.unit(raw[index + 2..<index + 6])
          if UTF16.isTrailSurrogate(trail.low) {
            index += 6
            unit = 0x10000 + (unit - 0xD800) << 10 + (trail - 0xDC00)
          }
        }
        text.append(contentsOf: String(Unicode.Scalar(unit) ?? "\u{FFFD}").utf8)
      default: text.append(kind)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func unit(_ digits: ArraySlice<UInt8>) -> UInt32 {
    digits.reduce(0) { $0 << 4 | UInt32(Hexadecimal.value($1) ?? 0) }
  }

  /// Passes over a string; whether it has escapes.
  @discardableResult
  mutating func skipString() -> Bool {
    let end = bytes.withUnsafeBufferPointer { Self.endOfString(in: $0, from: index + 1) }
    index = end.index
    return end.hasEscape
  }

  private static func endOfString(
    in bytes: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> (index: Int, hasEscape: Bool) {
    var index = PlainRun.end(in: bytes, from: start)
    let hasEscape = bytes[index] == UInt8(ascii: "\\")
    while bytes[index] == UInt8(ascii: "\\") { index = PlainRun.end(in: bytes, from: index + 2) }
    return (index + 1, hasEscape)
  }

  mutating func skipScalar() {
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0x20, 0x09, 0x0A, 0x0D: return
      default: index += 1
      }
    }
  }

  private mutating func skipContainer() {
    index = bytes.withUnsafeBufferPointer { bytes in
      var index = index
      var depth = 0
      repeat {
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        case UInt8(ascii: "\""):
          index = Self.endOfString(in: bytes, from: index).index
        default: break
        }
      } while depth > 0
      return index
    }
  }

  /// Passes over the value that comes next.
  mutating func skipValue() {
    switch next {
    case UInt8(ascii: "\""): skipString()
    case UInt8(ascii: "{"), UInt8(ascii: "["): skipContainer()
    default: skipScalar()
    }
  }
}

extension UInt32 {
  fileprivate var low: UInt16 { UInt16(truncatingIfNeeded: self) }
}
