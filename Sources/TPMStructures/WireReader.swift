/// Reads a TPM structure from bytes: big endian, nothing skipped, nothing left over. Source: TPM 2.0 part 1,
/// *Canonicalization*.
public struct WireReader: Sendable {
  private let bytes: [UInt8]
  private let end: Int
  /// The offset of the next byte in the bytes that were given at first.
  public private(set) var offset: Int

  /// A reader of all of `bytes`.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    end = bytes.count
    offset = 0
  }

  private init(_ bytes: [UInt8], from offset: Int, to end: Int) {
    self.bytes = bytes
    self.offset = offset
    self.end = end
  }

  /// How many bytes are left.
  public var remaining: Int { end - offset }

  /// `UINT8`, `BYTE`, `TPMI_YES_NO`.
  public mutating func uint8() throws(WireError) -> UInt8 {
    try need(1)
    defer { offset += 1 }
    return bytes[offset]
  }

  /// `UINT16`.
  public mutating func uint16() throws(WireError) -> UInt16 { try integer() }

  /// `UINT32`.
  public mutating func uint32() throws(WireError) -> UInt32 { try integer() }

  /// `UINT64`.
  public mutating func uint64() throws(WireError) -> UInt64 { try integer() }

  /// The next `count` bytes.
  public mutating func bytes(_ count: Int) throws(WireError) -> [UInt8] {
    try need(count)
    defer { offset += count }
    return Array(bytes[offset..<(offset + count)])
  }

  /// A `TPM2B` of plain bytes: a 16-bit size, then that many bytes, at most `limit`.
  public mutating func sizedBytes(limit: Int = Int(UInt16.max)) throws(WireError) -> [UInt8] {
    let start = offset
    let size = Int(try uint16())
    guard size <= limit else { throw WireError(offset: start, .size(size, limit: limit)) }
    return try bytes(size)
  }

  /// A `TPM2B` around a structure, which must fill it exactly.
  public mutating func sized<Value>(
    _ read: (inout WireReader) throws(WireError) -> Value
  ) throws(WireError) -> Value {
    let size = Int(try uint16())
    try need(size)
    var inner = WireReader(bytes, from: offset, to: offset + size)
    let value = try read(&inner)
    try inner.finish()
    offset += size
    return value
  }

  /// An error where bytes are left.
  public func finish() throws(WireError) {
    guard remaining == 0 else { throw WireError(offset: offset, .trailing(remaining)) }
  }

  private func need(_ count: Int) throws(WireError) {
    guard count <= remaining else { throw WireError(offset: offset, .truncated(missing: count - remaining)) }
  }

  private mutating func integer<Integer: FixedWidthInteger>() throws(WireError) -> Integer {
    let size = Integer.bitWidth / 8
    try need(size)
    var value: Integer = 0
    for byte in bytes[offset..<(offset + size)] { value = value << 8 | Integer(byte) }
    offset += size
    return value
  }
}
