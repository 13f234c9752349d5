/// Reads what UEFI and TCG firmware write: little endian, nothing aligned. Reading past the end gives `nil`.
struct LittleEndianReader {
  private let bytes: ArraySlice<UInt8>
  /// The offset of the next byte from the beginning.
  private(set) var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

  init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

  /// How many bytes are left.
  var remaining: Int { bytes.count - offset }

  /// The next `count` bytes.
  mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= remaining else { return nil }
    defer { offset += count }
    return bytes[(bytes.startIndex + offset)..<(bytes.startIndex + offset + count)]
  }

  /// The next integer.
  mutating func integer<Integer: FixedWidthInteger & UnsignedInteger>(_: Integer.Type) -> Integer? {
    guard let bytes = bytes(Integer.bitWidth / 8) else { return nil }
    return bytes.reversed().reduce(0) { $0 << 8 | Integer($1) }
  }

  /// Everything that is left.
  mutating func rest() -> ArraySlice<UInt8> { bytes(remaining) ?? [] }
}
