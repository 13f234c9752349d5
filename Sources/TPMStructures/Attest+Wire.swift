extension Attest.ClockInfo: WireStructure {
  /// Reads a TPMS_CLOCK_INFO.
  public init(from reader: inout WireReader) throws(WireError) {
    clock = try reader.uint64()
    resetCount = try reader.uint32()
    restartCount = try reader.uint32()
    let start = reader.offset
    let flag = try reader.uint8()
    guard flag <= 1 else { throw WireError(offset: start, .value("YES or NO", UInt32(flag))) }
    safe = flag == 1
  }

  /// Writes a TPMS_CLOCK_INFO.
  public func write(to writer: inout WireWriter) {
    writer.integer(clock)
    writer.integer(resetCount)
    writer.integer(restartCount)
    writer.integer(UInt8(safe ? 1 : 0))
  }
}

extension Attest.Attested {
  // TPMI_ST_ATTEST.
  fileprivate var tag: UInt16 {
    switch self {
    case .nv: 0x8014
    case .certify: 0x8017
    case .quote: 0x8018
    case .time: 0x8019
    case .creation: 0x801A
    }
  }

  fileprivate init(tag: UInt16, at offset: Int, from reader: inout WireReader) throws(WireError) {
    switch tag {
    case 0x8014:
      self = .nv(try reader.name(), offset: try reader.uint16(), contents: try reader.sizedBytes(limit: 2048))
    case 0x8017: self = .certify(try reader.name(), qualifiedName: try reader.name())
    case 0x8018: self = .quote(try PCRSelection(from: &reader), digest: try reader.sizedBytes(limit: 64))
    case 0x8019:
      self = .time(
        try reader.uint64(), try Attest.ClockInfo(from: &reader), firmwareVersion: try reader.uint64())
    case 0x801A: self = .creation(try reader.name(), creationHash: try reader.sizedBytes(limit: 64))
    default: throw WireError(offset: offset, .value("attestation type", UInt32(tag)))
    }
  }

  fileprivate func write(to writer: inout WireWriter) {
    switch self {
    case .quote(let selection, let digest):
      selection.write(to: &writer)
      writer.sized(digest)
    case .certify(let name, let qualifiedName):
      writer.sized(name.bytes)
      writer.sized(qualifiedName.bytes)
    case .creation(let name, let hash):
      writer.sized(name.bytes)
      writer.sized(hash)
    case .nv(let name, let offset, let contents):
      writer.sized(name.bytes)
      writer.integer(offset)
      writer.sized(contents)
    case .time(let time, let clock, let version):
      writer.integer(time)
      clock.write(to: &writer)
      writer.integer(version)
    }
  }
}

extension Attest: WireStructure {
  /// Reads a TPMS_ATTEST, whose first four bytes must be ``magic``.
  public init(from reader: inout WireReader) throws(WireError) {
    let start = reader.offset
    let magic = try reader.uint32()
    guard magic == Self.magic else { throw WireError(offset: start, .value("TPM_GENERATED_VALUE", magic)) }
    let place = reader.offset
    let tag = try reader.uint16()
    qualifiedSigner = try reader.name()
    extraData = try reader.sizedBytes(limit: 66)
    clockInfo = try ClockInfo(from: &reader)
    firmwareVersion = try reader.uint64()
    attested = try Attested(tag: tag, at: place, from: &reader)
  }

  /// Writes a TPMS_ATTEST.
  public func write(to writer: inout WireWriter) {
    writer.integer(Self.magic)
    writer.integer(attested.tag)
    writer.sized(qualifiedSigner.bytes)
    writer.sized(extraData)
    clockInfo.write(to: &writer)
    writer.integer(firmwareVersion)
    attested.write(to: &writer)
  }
}

extension WireReader {
  /// A TPM2B_NAME.
  public mutating func name() throws(WireError) -> Name {
    let start = offset + 2
    let bytes = try sizedBytes(limit: 68)
    do throws(WireError) {
      return try Name(wire: bytes)
    } catch {
      throw WireError(offset: start + error.offset, error.reason)
    }
  }
}
