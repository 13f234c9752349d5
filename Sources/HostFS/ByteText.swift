/// Bytes that a kernel file gave, looked at where they are: no copy, no `String` for a line.
///
/// It points into the buffer of the `HostRoot` that read the file, and is good only inside the closure that was handed
/// it. Fields are separated by spaces and tabs, lines by LF, as proc(5) writes them.
public struct ByteText {
  @usableFromInline var bytes: UnsafeRawBufferPointer

  /// The bytes of a buffer that lives longer than this value.
  public init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// How many bytes there are.
  public var count: Int { bytes.count }

  /// Whether there are none.
  public var isEmpty: Bool { bytes.isEmpty }

  /// The byte at `index`; `nil` past the end.
  public subscript(index: Int) -> UInt8? { index >= 0 && index < bytes.count ? bytes[index] : nil }

  /// Takes the text up to the next LF off the front, without it; `nil` when nothing is left.
  public mutating func nextLine() -> ByteText? {
    if bytes.isEmpty { return nil }
    return take(upTo: firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count)
  }

  /// Takes the next field off the front, with the blanks before it; `nil` when only blanks are left.
  public mutating func nextField() -> ByteText? {
    var start = 0
    while start < bytes.count, Self.isBlank(bytes[start]) { start += 1 }
    if start == bytes.count { return nil }
    var end = start
    while end < bytes.count, !Self.isBlank(bytes[end]) { end += 1 }
    let field = part(start, end)
    bytes = part(end, bytes.count).bytes
    return field
  }

  /// Takes the next field off the front as a number; `nil` where there is no field or it is not one.
  public mutating func nextUnsigned() -> UInt64? {
    guard let field = nextField() else { return nil }
    return field.unsigned
  }

  /// Takes what stands before the first `separator` off the front, and the separator; `nil` where there is none.
  public mutating func next(before separator: UInt8) -> ByteText? {
    guard let index = firstIndex(of: separator) else { return nil }
    return take(upTo: index)
  }

  /// The number that the whole text is in decimal; `nil` where it is none or needs more than 64 bits.
  public var unsigned: UInt64? {
    if bytes.isEmpty { return nil }
    var value: UInt64 = 0
    for byte in bytes {
      let digit = byte &- UInt8(ascii: "0")
      if digit > 9 { return nil }
      let (tens, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = tens.addingReportingOverflow(UInt64(digit))
      if overflowed || carried { return nil }
      value = sum
    }
    return value
  }

  /// The number that the whole text is in decimal, perhaps with a minus before it.
  public var signed: Int64? {
    guard self[0] == UInt8(ascii: "-") else { return unsigned.flatMap { Int64(exactly: $0) } }
    return part(1, bytes.count).unsigned.flatMap { Int64(exactly: $0) }.map { -$0 }
  }

  /// The number that the whole text is in hexadecimal, perhaps with `0x` before it.
  public var hexadecimal: UInt64? {
    var rest = hasPrefix("0x") ? part(2, bytes.count).bytes : bytes
    while rest.count > 1, rest[rest.startIndex] == UInt8(ascii: "0") { rest = .init(rebasing: rest.dropFirst()) }
    if rest.isEmpty || rest.count > 16 { return nil }
    var value: UInt64 = 0
    for byte in rest {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt64(digit)
    }
    return value
  }

  /// The number that the whole text is, as digits, a point and exactly `places` digits, times ten to the power of
  /// `places`: loadavg's `0.42` with two places is 42.
  public func fixedPoint(places: Int) -> UInt64? {
    guard let point = firstIndex(of: UInt8(ascii: ".")), bytes.count - point - 1 == places else { return nil }
    guard let whole = part(0, point).unsigned, let fraction = part(point + 1, bytes.count).unsigned else { return nil }
    var value = whole
    for _ in 0..<places {
      let (tens, overflowed) = value.multipliedReportingOverflow(by: 10)
      if overflowed { return nil }
      value = tens
    }
    let (sum, overflowed) = value.addingReportingOverflow(fraction)
    return overflowed ? nil : sum
  }

  /// Without blanks, line ends and NULs at either end.
  public var trimmed: ByteText {
    var start = 0
    var end = bytes.count
    while start < end, Self.isTrimmed(bytes[start]) { start += 1 }
    while end > start, Self.isTrimmed(bytes[end - 1]) { end -= 1 }
    return part(start, end)
  }

  /// The first `count` bytes, or all where there are fewer.
  public func prefix(_ count: Int) -> ByteText { part(0, min(max(count, 0), bytes.count)) }

  /// What is left after the first `count` bytes.
  public func dropFirst(_ count: Int) -> ByteText { part(min(max(count, 0), bytes.count), bytes.count) }

  /// Where `byte` stands first.
  public func firstIndex(of byte: UInt8) -> Int? {
    for index in 0..<bytes.count where bytes[index] == byte { return index }
    return nil
  }

  /// Whether the bytes are those of `other`.
  public func isSame(as other: [UInt8]) -> Bool {
    other.withUnsafeBytes { $0.count == bytes.count && $0.elementsEqual(bytes) }
  }

  /// The bytes, to keep.
  public var copy: [UInt8] { Array(bytes) }

  /// The text, with what is not UTF-8 replaced by U+FFFD.
  public var string: String { String(decoding: bytes, as: UTF8.self) }

  private mutating func take(upTo end: Int) -> ByteText {
    let taken = part(0, end)
    bytes = part(min(end + 1, bytes.count), bytes.count).bytes
    return taken
  }

  private func part(_ start: Int, _ end: Int) -> ByteText {
    ByteText(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

  private static func isTrimmed(_ byte: UInt8) -> Bool { isBlank(byte) || byte == UInt8(ascii: "\n") || byte == 0 }
}

extension ByteText {
  /// Whether the bytes are those of `text`.
  public static func == (left: ByteText, text: StaticString) -> Bool {
    left.count == text.utf8CodeUnitCount && left.hasPrefix(text)
  }

  /// Whether the first bytes are those of `text`.
  public func hasPrefix(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    if bytes.count < count { return false }
    for index in 0..<count where bytes[index] != text.utf8Start[index] { return false }
    return true
  }

  /// Whether the last bytes are those of `text`.
  public func hasSuffix(_ text: StaticString) -> Bool {
    dropFirst(count - text.utf8CodeUnitCount) == text
  }
}
