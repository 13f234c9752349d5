/// A structure of TPM 2.0 part 2 with one canonical encoding: decoding and encoding again gives the same bytes.
public protocol WireStructure: Sendable, Hashable {
  /// Reads the structure and nothing after it.
  init(from reader: inout WireReader) throws(WireError)
  /// Writes the structure.
  func write(to writer: inout WireWriter)
}

extension WireStructure {
  /// The structure that `bytes` are, all of them (`TPMT_…`, `TPMS_…`, `TPML_…`).
  public init(wire bytes: [UInt8]) throws(WireError) {
    var reader = WireReader(bytes)
    try self.init(from: &reader)
    try reader.finish()
  }

  /// The structure in a `TPM2B_…` that `bytes` are, all of them.
  public init(sizedWire bytes: [UInt8]) throws(WireError) {
    var reader = WireReader(bytes)
    self = try reader.sized { (inner: inout WireReader) throws(WireError) in try Self(from: &inner) }
    try reader.finish()
  }

  /// The structure's bytes.
  public var wire: [UInt8] {
    var writer = WireWriter()
    write(to: &writer)
    return writer.bytes
  }

  /// The structure's bytes in a `TPM2B_…`.
  public var sizedWire: [UInt8] {
    var writer = WireWriter()
    writer.sized(wire)
    return writer.bytes
  }
}
