import CTSS2
public import TPMStructures

extension TPMContext {
  /// TPM2_GetRandom: `count` bytes, in as many commands as it takes.
  public func getRandom(_ count: Int) throws(TPMError) -> [UInt8] {
    let command = "TPM2_GetRandom"
    var bytes: [UInt8] = []
    while bytes.count < count {
      var random: UnsafeMutablePointer<TPM2B_DIGEST>?
      // A TPM gives as much as its largest digest has; 32 is what each can.
      let size = UInt16(min(32, count - bytes.count))
      try run(command) { esys, first, second, third in Esys_GetRandom(esys, first, second, third, size, &random) }
      let part = try CStructure.bytes(taking: random, from: command, Tss2_MU_TPM2B_DIGEST_Marshal)
      guard !part.isEmpty else { throw TPMError.answer(command, WireError(offset: 0, .truncated(missing: Int(size)))) }
      bytes += part
    }
    return bytes
  }

  /// TPM2_ReadClock: the time since start-up in milliseconds, and the clock with its reset and restart counts.
  public func readClock() throws(TPMError) -> (time: UInt64, clockInfo: Attest.ClockInfo) {
    let command = "TPM2_ReadClock"
    var now: UnsafeMutablePointer<TPMS_TIME_INFO>?
    try run(command) { esys, first, second, third in Esys_ReadClock(esys, first, second, third, &now) }
    let wire = try CStructure.wire(taking: now, from: command, Tss2_MU_TPMS_TIME_INFO_Marshal)
    return try CStructure.read(command) { () throws(WireError) in
      var reader = WireReader(wire)
      let time = try reader.uint64()
      let info = Attest.ClockInfo(
        clock: try reader.uint64(), resetCount: try reader.uint32(), restartCount: try reader.uint32(),
        safe: try reader.uint8() == 1)
      return (time, info)
    }
  }

  /// TPM2_Clear: forgets the owner, with all keys, indices and sealed data.
  public func clear(by hierarchy: TPMHandle = .lockout, authorization: Authorization = .password) throws(TPMError) {
    try run("TPM2_Clear", [hierarchy], [authorization]) { esys, first, second, third in
      Esys_Clear(esys, hierarchy.reference, first, second, third)
    }
  }

  /// TPM2_DictionaryAttackParameters: after how many failures the TPM locks itself, after how many seconds one failure
  /// is forgiven, and after how many the lockout's own authorization may be tried again.
  public func dictionaryAttackParameters(
    maxTries: UInt32, recoveryTime: UInt32, lockoutRecovery: UInt32, authorization: Authorization = .password
  ) throws(TPMError) {
    try run("TPM2_DictionaryAttackParameters", [], [authorization]) { esys, first, second, third in
      Esys_DictionaryAttackParameters(
        esys, ESYS_TR_RH_LOCKOUT, first, second, third, maxTries, recoveryTime, lockoutRecovery)
    }
  }

  /// TPM2_DictionaryAttackLockReset: forgives all failures.
  public func dictionaryAttackLockReset(authorization: Authorization = .password) throws(TPMError) {
    try run("TPM2_DictionaryAttackLockReset", [], [authorization]) { esys, first, second, third in
      Esys_DictionaryAttackLockReset(esys, ESYS_TR_RH_LOCKOUT, first, second, third)
    }
  }
}
