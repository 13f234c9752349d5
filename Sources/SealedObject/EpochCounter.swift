public import TPMStructures

/// The NV counter whose value revokes what was sealed before: a node's epoch.
///
/// A counter can only count up, and starts above every value that any counter of that TPM ever had; its name is unpredictable through 32
/// random bytes as its policy. Source: TPM 2.0 part 3, *NV_Increment*.
public struct EpochCounter: Sendable, Hashable {
  /// The index's public area after the first increment.
  public let publicArea: NVPublic
  /// The count.
  public let value: UInt64

  /// The index that is defined where nothing else is asked for.
  public static let defaultIndex: UInt32 = 0x0180_4C4C

  /// The attributes that the index is defined with; `TPMA_NV_WRITTEN` comes with the first increment.
  public static let definedAttributes: NVAttributes = [.counter, .ownerWrite, .authRead, .ownerRead, .noDA]

  /// The counter with that public area and count. An error where it is not such a counter, written, with 32 bytes as its policy.
  public init(_ publicArea: NVPublic, value: UInt64) throws(SealedObjectError) {
    guard publicArea.attributes == Self.definedAttributes.union(.written), publicArea.dataSize == 8 else {
      throw .value("the epoch's index", "is not a written counter with the attributes that ll-tpm identity gives it")
    }
    guard publicArea.authPolicy.count == 32, publicArea.nameAlgorithm == .sha256 else {
      throw .value("the epoch's index", "has no unpredictable SHA-256 name")
    }
    guard value > 0, value <= UInt64(Int.max) else { throw .value("the epoch", "is not a count from 1 to 2^63-1") }
    self.publicArea = publicArea
    self.value = value
  }

  /// The value as the index holds it and PolicyNV compares it: 8 bytes, big endian.
  public var operand: [UInt8] {
    var writer = WireWriter()
    writer.integer(value)
    return writer.bytes
  }
}
