/// Writes a TPM structure: big endian, no padding.
public struct WireWriter: Sendable {
  /// What was written.
  public private(set) var bytes: [UInt8] = []

  /// A writer that has written nothing.
  public init() {}

  /// Writes an integer at its own width, big endian.
  public mutating func integer<Integer: FixedWidthInteger>(_ value: Integer) {
    for shift in stride(from: Integer.bitWidth - 8, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> Integer(shift)))
    }
  }

  /// Writes an algorithm's number.
  public mutating func algorithm(_ value: Algorithm) { integer(value.rawValue) }

  /// Writes bytes as they are.
  public mutating func raw(_ value: [UInt8]) { bytes += value }

  /// Writes a `TPM2B`: a 16-bit size and the bytes. Bytes past the 65535th do not fit the format and are a caller's
  /// error.
  public mutating func sized(_ value: [UInt8]) {
    precondition(value.count <= Int(UInt16.max), "a TPM2B holds at most 65535 bytes")
    integer(UInt16(value.count))
    bytes += value
  }
}
