import SealedObject
import TPM2
import TPMStructures

/// What a TPM says of itself, for the doctor.
struct TPMState: Sendable {
  var manufacturer: UInt32
  var firmware: (UInt32, UInt32)
  var isInLockout: Bool
  var lockoutCounter: UInt32
  var maxAuthFail: UInt32
  var lockoutInterval: UInt32
  var pcrs: [HashAlgorithm: [Int: [UInt8]]]
  /// What is at the storage root key's handle; `nil` where nothing is.
  var root: PublicArea?
  var rootHandle: UInt32
  /// The counter at the epoch's index and its value; `nil` where nothing is.
  var counter: (area: NVPublic, value: UInt64?)?

  static func read(_ tpm: TPM, counter: EpochCounter?, root: StorageRootKey?) async throws(TPMError) -> TPMState {
    try await tpm.perform { context throws(TPMError) in
      let fixed = try context.fixedProperties()
      let variable = try context.variableProperties()
      let handle = root?.handle ?? StorageRootKey.defaultHandle
      var area: PublicArea?
      if try context.handles(.persistent).contains(handle) {
        area = try context.readPublic(try context.entity(handle: handle)).publicArea
      }
      var pcrs: [HashAlgorithm: [Int: [UInt8]]] = [:]
      for (bank, values) in try IdentityReading.pcrs(in: context) { pcrs[bank] = values }
      return TPMState(
        manufacturer: fixed[.manufacturer] ?? 0,
        firmware: (fixed[.firmwareVersion1] ?? 0, fixed[.firmwareVersion2] ?? 0),
        isInLockout: (variable[.permanent] ?? 0) >> 9 & 1 == 1, lockoutCounter: variable[.lockoutCounter] ?? 0,
        maxAuthFail: variable[.maxAuthFail] ?? 0, lockoutInterval: variable[.lockoutInterval] ?? 0, pcrs: pcrs,
        root: area, rootHandle: handle,
        counter: try counter.flatMap { (counter) throws(TPMError) in
          try count(counter.publicArea.index, in: context)
        })
    }
  }

  private static func count(
    _ number: UInt32, in tpm: TPMContext
  ) throws(TPMError) -> (area: NVPublic, value: UInt64?)? {
    guard try tpm.handles(.nvIndex).contains(number) else { return nil }
    let index = try tpm.entity(handle: number)
    let area = try tpm.nvReadPublic(index).nvPublic
    // Somebody else's index may have an authorization value, and trying it would count towards lockout.
    guard area.attributes == EpochCounter.definedAttributes.union(.written), area.dataSize == 8 else {
      return (area, nil)
    }
    return (area, try tpm.nvRead(index, by: index, count: 8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  var words: Diagnosis {
    let letters = [24, 16, 8, 0].map { UInt8(manufacturer >> UInt32($0) & 0xFF) }.filter { (0x20...0x7E).contains($0) }
    let version = [firmware.0, firmware.1].map { "\($0 >> 16).\($0 & 0xFFFF)" }.joined(separator: ".")
    return Diagnosis(.ok, "TPM", "\(String(decoding: letters, as: UTF8.self)), firmware \(version)")
  }

  var lockoutDiagnosis: Diagnosis {
    let count = "lockout counter \(lockoutCounter) of \(maxAuthFail)"
    guard isInLockout else { return Diagnosis(.ok, "lockout", count) }
    return Diagnosis(
      .warning, "lockout", "\(count): the TPM is locked out; our objects are not subject to it (noDA), others are",
      next: "one failure is forgiven every \(lockoutInterval) s; find out who guesses")
  }

  var bankDiagnosis: Diagnosis {
    let banks = pcrs.keys.map { "\($0)" }.sorted()
    guard pcrs.keys.contains(where: { $0 != .sha1 }) else {
      return Diagnosis(
        .failed, "PCR banks",
        banks.isEmpty ? "none is active" : "only \(banks.joined(separator: ", ")), which is broken",
        next: "enable the SHA-256 bank in the firmware's setup")
    }
    return Diagnosis(.ok, "PCR banks", banks.joined(separator: ", "))
  }

  func rootDiagnosis(_ expected: StorageRootKey?) -> Diagnosis {
    let subject = "storage root key"
    let place = "0x\(String(rootHandle, radix: 16))"
    guard let root else {
      return Diagnosis(
        .failed, subject, "nothing is at \(place): the TPM was cleared, or never set up",
        next: "ll-tpm identity makes one; what was sealed before must be sealed again")
    }
    do throws(SealedObjectError) {
      let key = try StorageRootKey(handle: rootHandle, publicArea: root)
      guard let expected, expected.name != key.name else {
        let words = "\(key.name) at \(place)"
        guard !root.attributes.contains(.noDA) else { return Diagnosis(.ok, subject, words) }
        return Diagnosis(
          .warning, subject, "\(words) is subject to lockout: while the TPM is locked out nothing below it is unsealed",
          next: "if nothing else uses it: tpm2_evictcontrol -c \(place), then ll-tpm identity makes one; seal again")
      }
      return Diagnosis(
        .failed, subject,
        "another TPM, or this one was cleared: the key at \(place) is \(key.name), sealed was for \(expected.name)",
        next: "seal for this TPM: ll-tpm identity here, ll-tpm seal-for on the desk")
    } catch {
      return Diagnosis(
        .failed, subject, "\(place) is taken by something else: \(error)",
        next: "find out whose it is before evicting it (tpm2_evictcontrol -c \(place))")
    }
  }

  func epochDiagnosis(_ epoch: EpochCounter, node: String) -> Diagnosis {
    let place = "0x\(String(epoch.publicArea.index, radix: 16))"
    guard let counter else {
      return Diagnosis(
        .failed, "epoch", "no counter at \(place): the TPM was cleared",
        next: "seal again: ll-tpm identity, ll-tpm seal-for")
    }
    guard counter.area.name == epoch.publicArea.name, let value = counter.value else {
      return Diagnosis(
        .failed, "epoch", "the counter at \(place) is another one than the blob was sealed for",
        next: "seal again: ll-tpm identity, ll-tpm seal-for")
    }
    guard value == epoch.value else {
      return Diagnosis(
        .failed, "epoch", "revoked: sealed for epoch \(epoch.value), and the counter is at \(value)",
        next: "use the blob that was sealed last, or seal again")
    }
    return Diagnosis(.ok, "epoch", "\(value)")
  }
}
