import Crypto
import SecretMemory
import TPMStructures
import TestSupport
import Testing

@testable import TPM2

@Suite("Commands on swtpm", .enabled(if: SoftwareTPM.isInstalled), .timeLimit(.minutes(20)))
struct CommandTests {
  @Test("properties, banks and handles are those that tpm2_getcap prints", .enabled(if: TPM2Tools.areInstalled))
  func capabilities() async throws {
    let holder = try SoftwareTPMHolder()
    let told = try await holder.tpm.perform { (context: TPMContext) throws(TPMError) in
      _ = try context.provision()
      return (
        try context.fixedProperties(), try context.variableProperties(), try context.pcrBanks(),
        try context.handles(.persistent)
      )
    }
    await holder.tpm.close()
    let tools = TPM2Tools(holder.software)
    let fixed = try tools.run("tpm2_getcap", "properties-fixed")
    #expect(told.0[.manufacturer] == 0x4942_4D00)
    #expect(fixed.contains("TPM2_PT_MANUFACTURER:\n  raw: 0x49424D00"))
    let maximum = try #require(told.0[.nvBufferMaximum])
    #expect(fixed.contains("TPM2_PT_NV_BUFFER_MAX:\n  raw: 0x\(String(maximum, radix: 16, uppercase: true))"))
    let tries = try #require(told.1[.maxAuthFail])
    #expect(told.1[.lockoutCounter] == 0)
    let variable = try tools.run("tpm2_getcap", "properties-variable")
    #expect(variable.contains("TPM2_PT_MAX_AUTH_FAIL: 0x\(String(tries, radix: 16, uppercase: true))"))
    #expect(!told.0.keys.contains(.lockoutCounter))
    let banks = try tools.run("tpm2_getcap", "pcrs")
    for bank in told.2.banks {
      let numbers = bank.pcrs.isEmpty ? " " : " " + bank.pcrs.map(String.init).joined(separator: ", ") + " "
      #expect(banks.contains("\(bank.algorithm): [\(numbers)]"), "\(banks)")
    }
    #expect(told.3 == [0x8100_0001])
    #expect(try tools.run("tpm2_getcap", "handles-persistent").contains("0x81000001"))
  }

  @Test("many handles are listed in as many commands as it takes")
  func manyHandles() async throws {
    let holder = try SoftwareTPMHolder()
    let wanted = (0..<70).map { UInt32(0x0180_0000 + $0) }
    let found = try await holder.tpm.perform { (context: TPMContext) throws(TPMError) in
      for index in wanted {
        _ = try context.nvDefineSpace(
          NVPublic(index: index, attributes: [.ownerWrite, .ownerRead, .noDA], dataSize: 1))
      }
      return try context.handles(.nvIndex)
    }
    #expect(found == wanted)
  }

  @Test("random bytes come in the count that was asked for, and differ")
  func random() async throws {
    let holder = try SoftwareTPMHolder()
    for count in [0, 1, 32, 33, 100] {
      let drawn = try await holder.tpm.perform { (context: TPMContext) throws(TPMError) in
        (try context.getRandom(count), try context.getRandom(count))
      }
      #expect(drawn.0.count == count && drawn.1.count == count)
      if count > 16 { #expect(drawn.0 != drawn.1) }
    }
  }

  @Test("all PCRs of two banks are read in parts, and an extended one is the hash of zeros and the digest")
  func pcrs() async throws {
    let holder = try SoftwareTPMHolder()
    let selection = PCRSelection([try .init(.sha256, 0..<24), try .init(.sha384, 0..<24)])
    let pcr = try #require(TPMHandle.pcr(9))
    let digest = [UInt8](repeating: 0xAB, count: 32)
    let values = try await holder.tpm.perform { (context: TPMContext) throws(TPMError) in
      try context.pcrExtend(pcr, [.sha256: digest])
      return try context.pcrRead(selection)
    }
    #expect(values.digests[.sha256]?.count == 24 && values.digests[.sha384]?.count == 24)
    #expect(values[.sha256, 9] == Array(SHA256.hash(data: [UInt8](repeating: 0, count: 32) + digest)))
    #expect(values[.sha256, 8] == [UInt8](repeating: 0, count: 32))
    #expect(values[.sha384, 17] == [UInt8](repeating: 0xFF, count: 48))
    #expect(TPMHandle.pcr(32) == nil)
    let error = await #expect(throws: TPMError.self) {
      try await holder.tpm.perform { (context: TPMContext) throws(TPMError) in
        try context.pcrRead(PCRSelection([.init(.sm3, select: [0xFF, 0xFF, 0xFF])]))
      }
    }
    #expect(error?.responseCode?.name == "TPM_RC_HASH")
  }

  @Test("an NV index holds what is written, as tpm2_nvread reads it; defining it twice is an error")
  func ordinaryIndex() async throws {
    let holder = try SoftwareTPMHolder()
    let area = NVPublic(index: 0x0180_0001, attributes: [.ownerWrite, .ownerRead, .noDA], dataSize: 1500)
    let bytes = (0..<1500).map { UInt8($0 % 251) }
    let read = try await holder.tpm.perform { (context: TPMContext) throws(TPMError) in
      let index = try context.nvDefineSpace(area)
      try context.nvWrite(index, bytes)
      return (
        try context.nvRead(index, count: 1500), try context.nvRead(index, count: 3, offset: 700),
        try context.nvReadPublic(index)
      )
    }
    #expect(read.0 == bytes)
    #expect(read.1 == Array(bytes[700..<703]))
    #expect(read.2.nvPublic.attributes.contains(.written))
    #expect(read.2.name == read.2.nvPublic.name)
    let error = await #expect(throws: TPMError.self) {
      try await holder.tpm.perform { (context: TPMContext) throws(TPMError) in _ = try context.nvDefineSpace(area) }
    }
    #expect(error?.responseCode?.name == "TPM_RC_NV_DEFINED")
    await holder.tpm.close()
    if TPM2Tools.areInstalled {
      let tools = TPM2Tools(holder.software)
      try tools.run("tpm2_nvread", "0x1800001", "-C", "o", "-o", "nv")
      #expect(try tools.read("nv") == bytes)
    }
    try await holder.tpm.perform { (context: TPMContext) throws(TPMError) in
      try context.nvUndefineSpace(try context.nvIndex(read.2.nvPublic))
    }
    #expect(
      try await holder.tpm.perform { (context: TPMContext) throws(TPMError) in try context.handles(.nvIndex) } == [])
  }

  @Test(
    "a stored public area stands for an object or an index without a command, as tpm2-tools serialise it",
    .enabled(if: TPM2Tools.areInstalled))
  func stored() async throws {
    let holder = try SoftwareTPMHolder()
    let tpm = holder.tpm
    let (area, index) = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      let area = try context.provision()
      let index = try context.nvDefineSpace(
        NVPublic(index: 0x0180_4C4C, attributes: [.counter, .ownerWrite, .ownerRead, .noDA], dataSize: 8))
      try context.nvIncrement(index)
      return (area, try context.nvReadPublic(index).nvPublic)
    }
    let before = await tpm.commandsSent
    let names = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      let object = try context.object(handle: 0x8100_0001, publicArea: area)
      return (try context.name(of: object), try context.name(of: try context.nvIndex(index)))
    }
    #expect(await tpm.commandsSent == before)
    #expect(names.0 == area.name && names.1 == index.name)
    let asked = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      try context.name(of: try context.entity(handle: 0x8100_0001))
    }
    #expect(asked == area.name)
    #expect(await tpm.commandsSent == before + 1)
    await tpm.close()

    let tools = TPM2Tools(holder.software)
    try tools.run("tpm2_readpublic", "-c", "0x81000001", "-t", "object.tr")
    #expect(
      try tools.read("object.tr")
        == TPMContext.serialized(0x8100_0001, area.name, .key, area.sizedWire))
  }

  @Test("an object that is not this TPM's fails at the first command that names it")
  func anotherTPM() async throws {
    let own = try SoftwareTPMHolder()
    let other = try SoftwareTPMHolder()
    let area = try await own.tpm.perform { (context: TPMContext) throws(TPMError) in try context.provision() }
    let otherArea = try await other.tpm.perform { (context: TPMContext) throws(TPMError) in try context.provision() }
    #expect(area != otherArea)
    let error = await #expect(throws: TPMError.self) {
      try await other.tpm.perform { (context: TPMContext) throws(TPMError) in
        _ = try context.seal([1], below: area)
      }
    }
    #expect(error?.responseCode?.layer == .tpm)
  }

  @Test("a key's signature, certification and quote verify in software")
  func attestation() async throws {
    let holder = try SoftwareTPMHolder()
    let template = PublicArea(
      attributes: [.fixedTPM, .fixedParent, .sensitiveDataOrigin, .userWithAuth, .noDA, .signEncrypt],
      .ecc(ECCParameters(scheme: .ecdsaSHA256, curve: .p256), ECCPoint(x: [], y: [])))
    let digest = Array(SHA256.hash(data: [1, 2, 3]))
    let selection = try PCRSelection(.sha256, [0, 7])
    let result = try await holder.tpm.perform { (context: TPMContext) throws(TPMError) in
      let key = try context.createPrimary(template)
      return (
        key.publicArea, try context.sign(digest, key: key.object),
        try context.certify(key.object, key: key.object, qualifyingData: [7]),
        try context.quote(selection, key: key.object, qualifyingData: [8])
      )
    }
    guard case .ecc(_, let point) = result.0.content else { throw TPMError.thread(0) }
    let key = try P256.Signing.PublicKey(x963Representation: [4] + point.x + point.y)
    func isValid(_ signature: Signature, _ bytes: [UInt8]) throws -> Bool {
      let raw = try #require(signature.ecdsaP256)
      return key.isValidSignature(try .init(rawRepresentation: raw), for: bytes)
    }
    #expect(try isValid(result.1, [1, 2, 3]))
    #expect(try !isValid(result.1, [1, 2, 4]))
    #expect(try isValid(result.2.signature, result.2.attested))
    let certified = try Attest(wire: result.2.attested)
    #expect(certified.extraData == [7])
    guard case .certify(let name, _) = certified.attested else { throw TPMError.thread(1) }
    #expect(name == result.0.name)
    #expect(try isValid(result.3.signature, result.3.attested))
    let quoted = try Attest(wire: result.3.attested)
    guard case .quote(_, let pcrDigest) = quoted.attested else { throw TPMError.thread(2) }
    #expect(pcrDigest == Array(SHA256.hash(data: [UInt8](repeating: 0, count: 64))))
  }

  @Test("a credential for the endorsement key is activated with the key that it names")
  func credential() async throws {
    let holder = try SoftwareTPMHolder()
    let secret = [UInt8](repeating: 0xC3, count: 32)
    let areas = try await holder.tpm.perform { (context: TPMContext) throws(TPMError) in
      (try context.createPrimary(.eccEndorsementKey, in: .endorsement).publicArea, try context.provision())
    }
    let credential = try Credential.make(.of(secret), for: areas.0, name: areas.1.name)
    let activated = try await holder.tpm.perform { (context: TPMContext) throws(TPMError) in
      let endorsementKey = try context.createPrimary(.eccEndorsementKey, in: .endorsement).object
      let object = try context.object(handle: TPMContext.storageRootKey, publicArea: areas.1)
      let session = try context.startAuthSession(.policy)
      try context.policySecret(session, entity: .endorsement)
      return try context.activateCredential(
        credential, object: object, key: endorsementKey, keyAuthorization: .session(session))
    }
    #expect(activated.bytes == secret)
  }

  @Test("failures count until lockout, which a reset ends; clear forgets the owner's keys")
  func lockout() async throws {
    let holder = try SoftwareTPMHolder()
    let tpm = holder.tpm
    try await tpm.perform { (context: TPMContext) throws(TPMError) in
      _ = try context.provision()
      try context.dictionaryAttackParameters(maxTries: 2, recoveryTime: 1000, lockoutRecovery: 1000)
    }
    let guess: @Sendable () async throws(TPMError) -> Void = { () async throws(TPMError) in
      try await tpm.perform { (context: TPMContext) throws(TPMError) in
        let parent = try context.createPrimary(.eccStorageRootKey).object
        let area = PublicArea(
          attributes: [.fixedTPM, .fixedParent, .userWithAuth], .keyedHash(nil, unique: []))
        let sealed = try context.create(area, parent: parent, sealing: .of([1]), authorizationValue: .of([2]))
        _ = try context.unseal(try context.load(sealed, parent: parent))
      }
    }
    var names: [String?] = []
    for _ in 0..<3 {
      let error = await #expect(throws: TPMError.self) { try await guess() }
      names.append(error?.responseCode?.name)
    }
    #expect(names == ["TPM_RC_AUTH_FAIL", "TPM_RC_AUTH_FAIL", "TPM_RC_LOCKOUT"])
    let counters = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      let before = try context.variableProperties()[.lockoutCounter]
      try context.dictionaryAttackLockReset()
      return (before, try context.variableProperties()[.lockoutCounter])
    }
    #expect(counters.0 == 2 && counters.1 == 0)
    let left = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      try context.clear()
      return try context.handles(.persistent) + context.loaded()
    }
    #expect(left.isEmpty)
    let error = await #expect(throws: TPMError.self) {
      try await tpm.perform { (context: TPMContext) throws(TPMError) in _ = try context.entity(handle: 0x8100_0001) }
    }
    #expect(error?.responseCode?.name == "TPM_RC_HANDLE")
  }

  @Test("a persistent key is evicted, and the clock counts restarts")
  func evictionAndClock() async throws {
    let holder = try SoftwareTPMHolder()
    let before = try await holder.tpm.perform { (context: TPMContext) throws(TPMError) in
      let area = try context.provision()
      try context.evict(try context.object(handle: 0x8100_0001, publicArea: area), at: 0x8100_0001)
      return (try context.handles(.persistent), try context.readClock().clockInfo)
    }
    #expect(before.0.isEmpty)
    await holder.tpm.close()
    try holder.software.restart()
    let after = try await holder.tpm.perform { (context: TPMContext) throws(TPMError) in try context.readClock() }
    #expect(after.clockInfo.resetCount == before.1.resetCount + 1)
  }
}
