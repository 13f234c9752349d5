/// What an NV index may do and who may do it (TPMA_NV). Source: TPM 2.0 part 2, 13.4.
public struct NVAttributes: OptionSet, Sendable, Hashable {
  /// The bits on the wire; reserved ones are kept, since they count in the index's name.
  public let rawValue: UInt32

  /// The attributes with those bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The platform may write.
  public static let ppWrite = NVAttributes(rawValue: 1 << 0)
  /// The owner may write.
  public static let ownerWrite = NVAttributes(rawValue: 1 << 1)
  /// The index's authorization value suffices to write.
  public static let authWrite = NVAttributes(rawValue: 1 << 2)
  /// The index's policy suffices to write.
  public static let policyWrite = NVAttributes(rawValue: 1 << 3)
  /// A counter, 8 bytes, that only counts up (`TPM_NT_COUNTER` in the type's four bits).
  public static let counter = NVAttributes(rawValue: 1 << 4)
  /// 64 bits that can only be set (`TPM_NT_BITS`).
  public static let bits = NVAttributes(rawValue: 2 << 4)
  /// A digest that can only be extended (`TPM_NT_EXTEND`).
  public static let extend = NVAttributes(rawValue: 4 << 4)
  /// Deleted by TPM2_NV_UndefineSpaceSpecial only.
  public static let policyDelete = NVAttributes(rawValue: 1 << 10)
  /// May not be written until the next start-up.
  public static let writeLocked = NVAttributes(rawValue: 1 << 11)
  /// Only a write of the whole size is allowed.
  public static let writeAll = NVAttributes(rawValue: 1 << 12)
  /// May be write-locked for good.
  public static let writeDefine = NVAttributes(rawValue: 1 << 13)
  /// May be write-locked until the next start-up.
  public static let writeStClear = NVAttributes(rawValue: 1 << 14)
  /// Obeys TPM2_NV_GlobalWriteLock.
  public static let globalLock = NVAttributes(rawValue: 1 << 15)
  /// The platform may read.
  public static let ppRead = NVAttributes(rawValue: 1 << 16)
  /// The owner may read.
  public static let ownerRead = NVAttributes(rawValue: 1 << 17)
  /// The index's authorization value suffices to read.
  public static let authRead = NVAttributes(rawValue: 1 << 18)
  /// The index's policy suffices to read.
  public static let policyRead = NVAttributes(rawValue: 1 << 19)
  /// Not subject to dictionary-attack lockout.
  public static let noDA = NVAttributes(rawValue: 1 << 25)
  /// Kept in RAM until an orderly shutdown.
  public static let orderly = NVAttributes(rawValue: 1 << 26)
  /// Becomes unwritten with a TPM reset.
  public static let clearStClear = NVAttributes(rawValue: 1 << 27)
  /// May not be read until the next start-up.
  public static let readLocked = NVAttributes(rawValue: 1 << 28)
  /// Has been written since it was defined; part of the name from then on.
  public static let written = NVAttributes(rawValue: 1 << 29)
  /// Defined by the platform.
  public static let platformCreate = NVAttributes(rawValue: 1 << 30)
  /// May be read-locked until the next start-up.
  public static let readStClear = NVAttributes(rawValue: 1 << 31)

  /// The index's type (TPM_NT): 0 ordinary, 1 counter, 2 bits, 4 extend, 8 PIN fail, 9 PIN pass.
  public var type: UInt8 { UInt8(rawValue >> 4 & 15) }
}

/// The public area of an NV index (TPMS_NV_PUBLIC). Source: TPM 2.0 part 2, 13.5.
public struct NVPublic: Sendable, Hashable {
  /// The index's handle, 0x01…….
  public var index: UInt32
  /// The hash that makes the index's name.
  public var nameAlgorithm: HashAlgorithm
  /// What the index may do.
  public var attributes: NVAttributes
  /// The digest of the index's policy; empty where there is none.
  public var authPolicy: [UInt8]
  /// The data's size in bytes.
  public var dataSize: UInt16

  /// A public area.
  public init(
    index: UInt32, nameAlgorithm: HashAlgorithm = .sha256, attributes: NVAttributes, authPolicy: [UInt8] = [],
    dataSize: UInt16
  ) {
    self.index = index
    self.nameAlgorithm = nameAlgorithm
    self.attributes = attributes
    self.authPolicy = authPolicy
    self.dataSize = dataSize
  }

  /// The index's name, which changes when it is first written.
  public var name: Name { Name(nameAlgorithm, ofPublicArea: wire) }
}

extension NVPublic: WireStructure {
  /// Reads a TPMS_NV_PUBLIC.
  public init(from reader: inout WireReader) throws(WireError) {
    let start = reader.offset
    index = try reader.uint32()
    guard index >> 24 == 0x01 else { throw WireError(offset: start, .value("NV index", index)) }
    nameAlgorithm = try reader.hashAlgorithm("name algorithm")
    attributes = NVAttributes(rawValue: try reader.uint32())
    authPolicy = try reader.sizedBytes(limit: 64)
    dataSize = try reader.uint16()
  }

  /// Writes a TPMS_NV_PUBLIC.
  public func write(to writer: inout WireWriter) {
    writer.integer(index)
    writer.algorithm(nameAlgorithm.algorithm)
    writer.integer(attributes.rawValue)
    writer.sized(authPolicy)
    writer.integer(dataSize)
  }
}
