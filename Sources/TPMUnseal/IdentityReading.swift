import Glibc
public import SealedObject
public import TPM2
import TPMStructures

/// What a node tells of its TPM; makes what is not there yet: the storage root key and the epoch's counter.
public enum IdentityReading {
  /// The measurements of the firmware and boot loader, as the kernel shows them.
  public static let eventLogPath = "/sys/kernel/security/tpm0/binary_bios_measurements"

  /// Reads the TPM's identity.
  ///
  /// - Parameters:
  ///   - mayMakeRoot: whether the storage root key is made and kept where there is none.
  ///   - nextEpoch: counts the epoch up first: everything that was sealed or approved before is void from then on.
  ///   - eventLog: the event log's bytes; `nil` where there is none.
  public static func read(
    _ tpm: TPM, mayMakeRoot: Bool = true, nextEpoch: Bool = false, epochIndex: UInt32 = EpochCounter.defaultIndex,
    eventLog: [UInt8]?
  ) async throws(UnsealError) -> TPMIdentity {
    try await tpm.perform(failing: UnsealError.tpm) { context throws(UnsealError) in
      let root = try StorageRoot(makingIt: mayMakeRoot, in: context)
      let epoch = try epoch(at: epochIndex, next: nextEpoch, in: context)
      let properties = try UnsealError.inTPM { () throws(TPMError) in try context.fixedProperties() }
      let ek = try UnsealError.inTPM { () throws(TPMError) in try endorsementKey(in: context) }
      let banks = try UnsealError.inTPM { () throws(TPMError) in try pcrs(in: context) }
      return try UnsealError.inFormat { () throws(SealedObjectError) in
        try TPMIdentity(
          manufacturer: text(properties[.manufacturer]), firmware: firmware(properties), srk: root.key, ek: ek,
          epoch: epoch,
          pcrs: try values(banks), eventLog: eventLog)
      }
    }
  }

  /// The epoch's counter, which is defined with an unpredictable name where it is not there.
  static func epoch(at number: UInt32, next: Bool, in tpm: TPMContext) throws(UnsealError) -> EpochCounter {
    let (area, value) = try UnsealError.inTPM { () throws(TPMError) in
      if try !tpm.handles(.nvIndex).contains(number) {
        let policy = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
        _ = try tpm.nvDefineSpace(
          NVPublic(
            index: number, nameAlgorithm: .sha256, attributes: EpochCounter.definedAttributes, authPolicy: policy,
            dataSize: 8))
      }
      var index = try tpm.entity(handle: number)
      var area = try tpm.nvReadPublic(index).nvPublic
      // Defined just now, or by a run that was interrupted: it has no value yet, and another name than it will have.
      let isNew = !area.attributes.contains(.written)
      // Somebody else's index is not counted up.
      if isNew || next, area.attributes.subtracting(.written) == EpochCounter.definedAttributes {
        try tpm.nvIncrement(index)
        index = try tpm.entity(handle: number)
        area = try tpm.nvReadPublic(index).nvPublic
      }
      // Nor is it read: a wrong authorization value would count towards lockout.
      guard area.attributes == EpochCounter.definedAttributes.union(.written), area.dataSize == 8 else {
        return (area, UInt64(0))
      }
      return (area, try tpm.nvRead(index, by: index, count: 8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
    do throws(SealedObjectError) {
      return try EpochCounter(area, value: value)
    } catch {
      throw .epoch("at 0x\(String(number, radix: 16)) is not ours: \(error)")
    }
  }

  private static func endorsementKey(in tpm: TPMContext) throws(TPMError) -> TPMIdentity.EndorsementKey {
    let made = try tpm.createPrimary(.eccEndorsementKey, in: .endorsement)
    try tpm.flush(made.object)
    return TPMIdentity.EndorsementKey(publicArea: made.publicArea, certificate: try certificate(in: tpm))
  }

  // The ECC P-256 certificate of the TCG EK Credential Profile, 2.2.1.4 (low range) and 2.2.1.5 (high range).
  private static func certificate(in tpm: TPMContext) throws(TPMError) -> [UInt8]? {
    let present = try tpm.handles(.nvIndex)
    for number in [0x01C0_000A, 0x01C0_0014] as [UInt32] where present.contains(number) {
      let index = try tpm.entity(handle: number)
      let area = try tpm.nvReadPublic(index).nvPublic
      guard area.attributes.contains(.written), area.dataSize > 0 else { continue }
      let reader: TPMHandle = area.attributes.contains(.authRead) ? index : .owner
      return derPrefix(of: try tpm.nvRead(index, by: reader, count: Int(area.dataSize)))
    }
    return nil
  }

  // Some vendors pad the index: the certificate is as long as its own DER header says.
  private static func derPrefix(of bytes: [UInt8]) -> [UInt8] {
    guard bytes.count > 4, bytes[0] == 0x30, bytes[1] == 0x82 else { return bytes }
    let length = 4 + Int(bytes[2]) << 8 + Int(bytes[3])
    return length <= bytes.count ? Array(bytes[..<length]) : bytes
  }

  static func pcrs(in tpm: TPMContext) throws(TPMError) -> [(bank: HashAlgorithm, values: [Int: [UInt8]])] {
    let active = try tpm.pcrBanks().banks.filter { !$0.pcrs.isEmpty }
    var result: [(bank: HashAlgorithm, values: [Int: [UInt8]])] = []
    for bank in active {
      guard let hash = HashAlgorithm(bank.algorithm) else { continue }
      let read = try tpm.pcrRead(PCRSelection([bank]))
      var values: [Int: [UInt8]] = [:]
      for pcr in bank.pcrs where pcr < 24 { values[pcr] = read[hash, pcr] }
      result.append((hash, values))
    }
    return result.sorted { $0.bank.rawValue < $1.bank.rawValue }
  }

  private static func values(
    _ banks: [(bank: HashAlgorithm, values: [Int: [UInt8]])]
  ) throws(SealedObjectError) -> [SealedObject.PCRValues] {
    var result: [SealedObject.PCRValues] = []
    for (bank, values) in banks { result.append(try SealedObject.PCRValues(bank: bank, values)) }
    return result
  }

  private static func text(_ property: UInt32?) -> String {
    let value = property ?? 0
    let letters = [24, 16, 8, 0].map { UInt8(value >> UInt32($0) & 0xFF) }.filter { (0x21...0x7E).contains($0) }
    return letters.isEmpty ? "unknown" : String(decoding: letters, as: UTF8.self)
  }

  private static func firmware(_ properties: [TPMProperty: UInt32]) -> String {
    let parts = [properties[.firmwareVersion1], properties[.firmwareVersion2]].map { $0 ?? 0 }
    return parts.map { "\($0 >> 16).\($0 & 0xFFFF)" }.joined(separator: ".")
  }
}
