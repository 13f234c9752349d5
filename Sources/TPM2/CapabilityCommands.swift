import CTSS2
public import TPMStructures

/// A property of the TPM (TPM_PT). Source: TPM 2.0 part 2, 6.13.
public struct TPMProperty: RawRepresentable, Sendable, Hashable {
  /// The number on the wire.
  public let rawValue: UInt32

  /// The property with that number.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// `TPM_PT_REVISION`: the specification's revision times 100.
  public static let revision = TPMProperty(rawValue: 0x102)
  /// `TPM_PT_MANUFACTURER`: four characters.
  public static let manufacturer = TPMProperty(rawValue: 0x105)
  /// `TPM_PT_VENDOR_STRING_1`, the first of four with four characters each.
  public static let vendorString1 = TPMProperty(rawValue: 0x106)
  /// `TPM_PT_FIRMWARE_VERSION_1`.
  public static let firmwareVersion1 = TPMProperty(rawValue: 0x10B)
  /// `TPM_PT_FIRMWARE_VERSION_2`.
  public static let firmwareVersion2 = TPMProperty(rawValue: 0x10C)
  /// `TPM_PT_HR_TRANSIENT_MIN`: at least as many objects fit at a time.
  public static let transientMinimum = TPMProperty(rawValue: 0x10E)
  /// `TPM_PT_NV_INDEX_MAX`: the largest NV index in bytes.
  public static let nvIndexMaximum = TPMProperty(rawValue: 0x117)
  /// `TPM_PT_NV_BUFFER_MAX`: the most that one TPM2_NV_Read or TPM2_NV_Write takes, in bytes.
  public static let nvBufferMaximum = TPMProperty(rawValue: 0x12C)
  /// `TPM_PT_PERMANENT`: TPMA_PERMANENT, whose bit 9 says that the TPM is in lockout.
  public static let permanent = TPMProperty(rawValue: 0x200)
  /// `TPM_PT_STARTUP_CLEAR`: TPMA_STARTUP_CLEAR.
  public static let startupClear = TPMProperty(rawValue: 0x201)
  /// `TPM_PT_HR_TRANSIENT_AVAIL`: how many more objects fit, at least.
  public static let transientAvailable = TPMProperty(rawValue: 0x207)
  /// `TPM_PT_LOCKOUT_COUNTER`: failed authorizations that count towards lockout.
  public static let lockoutCounter = TPMProperty(rawValue: 0x20E)
  /// `TPM_PT_MAX_AUTH_FAIL`: how many lock the TPM out.
  public static let maxAuthFail = TPMProperty(rawValue: 0x20F)
  /// `TPM_PT_LOCKOUT_INTERVAL`: after how many seconds one is forgiven.
  public static let lockoutInterval = TPMProperty(rawValue: 0x210)
  /// `TPM_PT_LOCKOUT_RECOVERY`: after how many seconds the lockout's own authorization may be tried again.
  public static let lockoutRecovery = TPMProperty(rawValue: 0x211)

  /// Where the properties start that never change (PT_FIXED).
  static let fixed: UInt32 = 0x100
  /// Where the properties start that change (PT_VAR).
  static let variable: UInt32 = 0x200
}

/// What handles stand for, by their first byte (TPM_HT). Source: TPM 2.0 part 2, 7.2.
public enum HandleType: UInt8, Sendable, Hashable, CaseIterable {
  /// NV indices.
  case nvIndex = 0x01
  /// Sessions in the TPM's memory.
  case loadedSession = 0x02
  /// Sessions whose context was saved.
  case savedSession = 0x03
  /// Objects in the TPM's memory.
  case transient = 0x80
  /// Objects in the TPM's NV memory.
  case persistent = 0x81
}

extension TPMContext {
  /// TPM2_GetCapability: the properties that never change.
  public func fixedProperties() throws(TPMError) -> [TPMProperty: UInt32] { try properties(from: TPMProperty.fixed) }

  /// TPM2_GetCapability: the properties that change, the lockout counter among them.
  public func variableProperties() throws(TPMError) -> [TPMProperty: UInt32] {
    try properties(from: TPMProperty.variable)
  }

  /// TPM2_GetCapability: the banks with the PCRs that are allocated in them; a bank may have none.
  public func pcrBanks() throws(TPMError) -> PCRSelection {
    let pcrs: UInt32 = 5
    return try capability(pcrs, from: 0, count: 1) { (reader: inout WireReader) throws(WireError) in
      try PCRSelection(from: &reader)
    }.value
  }

  /// TPM2_GetCapability: the handles of a type that are in use, ascending.
  public func handles(_ type: HandleType) throws(TPMError) -> [UInt32] {
    let handles: UInt32 = 1
    let last = UInt32(type.rawValue) << 24 | 0xFF_FFFF
    var found: [UInt32] = []
    var next = UInt32(type.rawValue) << 24
    while true {
      let answer = try capability(handles, from: next, count: 64) { (reader: inout WireReader) throws(WireError) in
        var values: [UInt32] = []
        for _ in 0..<(try reader.uint32()) { values.append(try reader.uint32()) }
        return values
      }
      found += answer.value
      guard answer.hasMore, let highest = answer.value.last, highest >= next, highest < last else { return found }
      next = highest + 1
    }
  }

  private func properties(from first: UInt32) throws(TPMError) -> [TPMProperty: UInt32] {
    let properties: UInt32 = 6
    return try capability(properties, from: first, count: 127) { (reader: inout WireReader) throws(WireError) in
      var values: [TPMProperty: UInt32] = [:]
      for _ in 0..<(try reader.uint32()) {
        let property = TPMProperty(rawValue: try reader.uint32())
        let value = try reader.uint32()
        // The TPM goes on with the next group when it has told all of this one.
        if property.rawValue & ~0xFF == first { values[property] = value }
      }
      return values
    }.value
  }

  private func capability<Value>(
    _ capability: UInt32, from property: UInt32, count: UInt32,
    _ read: (inout WireReader) throws(WireError) -> Value
  ) throws(TPMError) -> (value: Value, hasMore: Bool) {
    let command = "TPM2_GetCapability"
    var more: TPMI_YES_NO = 0
    var data: UnsafeMutablePointer<TPMS_CAPABILITY_DATA>?
    try run(command) { esys, _, _, _ in
      Esys_GetCapability(
        esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, capability, property, count, &more, &data)
    }
    let wire = try CStructure.wire(taking: data, from: command, Tss2_MU_TPMS_CAPABILITY_DATA_Marshal)
    let value = try CStructure.read(command) { () throws(WireError) in
      var reader = WireReader(wire)
      _ = try reader.uint32()
      return try read(&reader)
    }
    return (value, more != 0)
  }
}
