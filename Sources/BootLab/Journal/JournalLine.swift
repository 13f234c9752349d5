/// Reads one line of `journalctl --output=json`: an object whose values are strings, `null`, arrays of bytes, or arrays
/// of these (journalctl(1), "json").
struct JournalLine {
  private let bytes: ArraySlice<UInt8>
  private var offset: Int

  private init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    offset = bytes.startIndex
  }

  /// The entry in `bytes`; `nil` where they are not one: another program's line, or one that a power cut ended.
  static func entry(_ bytes: ArraySlice<UInt8>) -> JournalEntry? {
    var line = JournalLine(bytes)
    return line.fields().flatMap { JournalEntry($0) }
  }

  private enum Value {
    case text(String)
    case number(Int)
    case none
  }

  private mutating func fields() -> [String: String]? {
    guard take(UInt8(ascii: "{")) else { return nil }
    var fields: [String: String] = [:]
    if take(UInt8(ascii: "}")) { return isAtEnd ? fields : nil }
    repeat {
      skipSpace()
      guard let name = string(), take(UInt8(ascii: ":")), let value = value(depth: 0) else { return nil }
      if case .text(let text) = value, fields[name] == nil { fields[name] = text }
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")), isAtEnd else { return nil }
    return fields
  }

  private mutating func value(depth: Int) -> Value? {
    skipSpace()
    guard offset < bytes.endIndex else { return nil }
    switch bytes[offset] {
    case UInt8(ascii: "\""): return string().map { .text($0) }
    case UInt8(ascii: "["): return depth < 2 ? array(depth: depth) : nil
    case UInt8(ascii: "n"): return word("null") ? .some(.none) : nil
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return number().map { .number($0) }
    default: return nil
    }
  }

  /// An array of numbers is one value's bytes; of anything else, several values, the first of which counts.
  private mutating func array(depth: Int) -> Value? {
    offset += 1
    var values: [Value] = []
    if take(UInt8(ascii: "]")) { return .text("") }
    repeat {
      guard let value = value(depth: depth + 1) else { return nil }
      values.append(value)
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { return nil }
    let octets = values.compactMap { value in
      if case .number(let number) = value { UInt8(exactly: number) } else { nil }
    }
    return octets.count == values.count ? .text(String(decoding: octets, as: UTF8.self)) : values.first
  }

  private mutating func number() -> Int? {
    let start = offset
    if bytes[offset] == UInt8(ascii: "-") { offset += 1 }
    while offset < bytes.endIndex, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) { offset += 1 }
    return Int(String(decoding: bytes[start..<offset], as: UTF8.self))
  }

  private mutating func string() -> String? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    var text: [UInt8] = []
    var start = offset
    while offset < bytes.endIndex {
      switch bytes[offset] {
      case UInt8(ascii: "\""):
        text += bytes[start..<offset]
        offset += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        text += bytes[start..<offset]
        guard let scalar = escape() else { return nil }
        text += Array(String(scalar).utf8)
        start = offset
      default: offset += 1
      }
    }
    return nil
  }

  private mutating func escape() -> Unicode.Scalar? {
    guard offset + 1 < bytes.endIndex else { return nil }
    let letter = bytes[offset + 1]
    offset += 2
    switch letter {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "u"): return hexadecimalEscape()
    default: return nil
    }
  }

  private mutating func hexadecimalEscape() -> Unicode.Scalar? {
    guard let first = unit() else { return nil }
    guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
    guard word("\\u"), let second = unit() else { return "\u{FFFD}" }
    guard (0xDC00..<0xE000).contains(second) else { return "\u{FFFD}" }
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
  }

  private mutating func unit() -> UInt32? {
    guard offset + 4 <= bytes.endIndex else { return nil }
    defer { offset += 4 }
    return UInt32(String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16)
  }

  private mutating func word(_ word: StaticString) -> Bool {
    let wanted = word.withUTF8Buffer { Array($0) }
    guard bytes[offset...].starts(with: wanted) else { return false }
    offset += wanted.count
    return true
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard offset < bytes.endIndex, bytes[offset] == byte else { return false }
    offset += 1
    return true
  }

  private mutating func skipSpace() {
    while offset < bytes.endIndex, bytes[offset] == UInt8(ascii: " ") || bytes[offset] == UInt8(ascii: "\t") {
      offset += 1
    }
  }

  private var isAtEnd: Bool {
    bytes[offset...].allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
  }
}
