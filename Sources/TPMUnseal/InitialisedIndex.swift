public import TPM2
public import TPMStructures

/// The NV index `initialised`: this node was part of an initialised OpenBao cluster, and must not found another one.
///
/// It is an ordinary index of the owner's. Being set is `TPMA_NV_WRITTEN`: nothing takes that back but deleting the index, which takes the owner's
/// authorization, or clearing the TPM. What is written there, the time, is for people. Source: TPM 2.0 part 1, *NV Indices*; part 2, 13.4.
public enum InitialisedIndex {
  /// The index, beside the epoch's.
  public static let defaultIndex: UInt32 = 0x0180_4C49

  /// What it is defined with; `TPMA_NV_WRITTEN` comes with the first write.
  public static let definedAttributes: NVAttributes = [.ownerWrite, .ownerRead, .authRead, .noDA]

  /// Whether it is set.
  public enum State: Sendable, Hashable {
    /// It was never written, or is not there.
    case unset
    /// It was written, when this node's clock said so many seconds since 1970.
    case set(at: UInt64)
  }

  /// Reads it. ``UnsealError/squattedHandle(handle:_:)`` where something else has its handle: that says neither.
  public static func state(_ tpm: TPM, index: UInt32 = defaultIndex) async throws(UnsealError) -> State {
    try await tpm.perform(failing: UnsealError.tpm) { context throws(UnsealError) in try state(of: index, in: context) }
  }

  /// Sets it to that time, unless it is set; says how it is afterwards. Interrupted anywhere, it is set or not, and may be set again.
  public static func set(
    at seconds: UInt64, in tpm: TPM, index: UInt32 = defaultIndex
  ) async throws(UnsealError) -> State {
    try await tpm.perform(failing: UnsealError.tpm) { context throws(UnsealError) in
      let found = try state(of: index, in: context)
      guard found == .unset else { return found }
      try UnsealError.inTPM { () throws(TPMError) in
        // Defined and not written: by a run that was interrupted.
        if try !context.handles(.nvIndex).contains(index) {
          _ = try context.nvDefineSpace(NVPublic(index: index, attributes: definedAttributes, dataSize: 8))
        }
        var writer = WireWriter()
        writer.integer(seconds)
        try context.nvWrite(try context.entity(handle: index), writer.bytes)
      }
      return try state(of: index, in: context)
    }
  }

  /// Deletes it, as the owner; says how it was.
  public static func clear(in tpm: TPM, index: UInt32 = defaultIndex) async throws(UnsealError) -> State {
    try await tpm.perform(failing: UnsealError.tpm) { context throws(UnsealError) in
      let found = try state(of: index, in: context)
      try UnsealError.inTPM { () throws(TPMError) in
        guard try context.handles(.nvIndex).contains(index) else { return }
        try context.nvUndefineSpace(try context.entity(handle: index))
      }
      return found
    }
  }

  private static func state(of number: UInt32, in tpm: TPMContext) throws(UnsealError) -> State {
    let index: TPMHandle
    let area: NVPublic
    do throws(TPMError) {
      guard try tpm.handles(.nvIndex).contains(number) else { return .unset }
      index = try tpm.entity(handle: number)
      area = try tpm.nvReadPublic(index).nvPublic
    } catch {
      throw .tpm(error)
    }
    // Somebody else's is not read either: a wrong authorization value would count towards lockout.
    guard area.attributes.subtracting(.written) == definedAttributes, area.dataSize == 8, area.authPolicy.isEmpty else {
      throw .squattedHandle(
        handle: number, "is taken by something else than ll-tpm's index 'initialised': find out whose it is")
    }
    guard area.attributes.contains(.written) else { return .unset }
    let bytes = try UnsealError.inTPM { () throws(TPMError) in try tpm.nvRead(index, by: index, count: 8) }
    return .set(at: bytes.reduce(0) { $0 << 8 | UInt64($1) })
  }
}
