import SecretMemory
import TPM2
import TPMStructures
import TestSupport
import Testing

@Suite("Sealing on swtpm", .enabled(if: SoftwareTPM.isInstalled), .timeLimit(.minutes(20)))
struct SealingTests {
  private let secret = Array("thirty-two bytes of a seal's key".utf8)

  @Test("a secret is sealed and unsealed in a salted session: no byte sequence of it passes, four commands")
  func sealAndUnseal() async throws {
    let software = try SoftwareTPM()
    let line = try software.recordedLine()
    let tpm = try line.tpm()
    let secret = secret
    let area = try await tpm.perform { (context: TPMContext) throws(TPMError) in try context.provision() }
    let sealed = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      try context.seal(secret, below: area)
    }
    line.clear()
    let before = await tpm.commandsSent
    let unsealed = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      let parent = try context.object(handle: TPMContext.storageRootKey, publicArea: area)
      let session = try context.startAuthSession(
        .hmac, salt: parent, attributes: [.continueSession, .decrypt, .encrypt])
      let object = try context.load(sealed, parent: parent, authorization: .session(session))
      try context.setAttributes([.encrypt], of: session)
      return try context.unseal(object, authorization: .session(session))
    }
    #expect(unsealed.bytes == secret)
    // StartAuthSession, Load, Unseal (which ends the session), FlushContext.
    #expect(line.exchanges.map(\.code) == [0x176, 0x157, 0x15E, 0x165])
    #expect(await tpm.commandsSent - before == 4)
    for start in 0...(secret.count - 4) { #expect(!line.contains(Array(secret[start..<(start + 4)]))) }
    let left = try await tpm.perform { (context: TPMContext) throws(TPMError) in try context.loaded() }
    #expect(left.isEmpty)
  }

  @Test("without a session the recorded line does hold the secret: the recording would show a leak")
  func recordingShowsLeaks() async throws {
    let line = try SoftwareTPMLine()
    let tpm = try line.recorded.tpm()
    let secret = secret
    let unsealed = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      let area = try context.provision()
      let parent = try context.object(handle: TPMContext.storageRootKey, publicArea: area)
      let sealed = try context.create(
        .sealedObject(authPolicy: [], fixed: true, userWithAuth: true), parent: parent, sealing: .of(secret))
      return try context.unseal(try context.load(sealed, parent: parent))
    }
    #expect(unsealed.bytes == secret)
    #expect(line.recorded.contains(secret))
  }

  @Test(
    "tpm2_unseal reads what was sealed, and what tpm2_create sealed is unsealed",
    .enabled(if: TPM2Tools.areInstalled))
  func tools() async throws {
    let software = try SoftwareTPM()
    let tools = TPM2Tools(software)
    let tpm = try software.tpm()
    let secret = secret
    let (area, sealed) = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      let area = try context.provision()
      return (area, try context.seal(secret, below: area))
    }
    await tpm.close()
    try tools.write(sealed.publicArea.sizedWire, to: "ours.pub")
    try tools.write(sealed.privateArea, to: "ours.priv")
    try tools.run("tpm2_load", "-C", "0x81000001", "-u", "ours.pub", "-r", "ours.priv", "-c", "ours.ctx")
    #expect(try tools.run("tpm2_unseal", "-c", "ours.ctx") == String(decoding: secret, as: UTF8.self))
    try tools.run("tpm2_flushcontext", "-t")

    try tools.write(Array("made by tpm2-tools".utf8), to: "data")
    try tools.run("tpm2_create", "-C", "0x81000001", "-i", "data", "-u", "their.pub", "-r", "their.priv")
    try tools.run("tpm2_flushcontext", "-t")
    let theirs = CreatedObject(
      publicArea: try PublicArea(sizedWire: tools.read("their.pub")), privateArea: try tools.read("their.priv"))
    let unsealed = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      let parent = try context.object(handle: TPMContext.storageRootKey, publicArea: area)
      return try context.unseal(try context.load(theirs, parent: parent))
    }
    #expect(unsealed.bytes == Array("made by tpm2-tools".utf8))
  }

  @Test("128 bytes are sealed, 129 are refused before they are sent")
  func limits() async throws {
    let software = try SoftwareTPM()
    let tpm = try software.tpm()
    let area = try await tpm.perform { (context: TPMContext) throws(TPMError) in try context.provision() }
    let longest = [UInt8](repeating: 0x5A, count: 128)
    let unsealed = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      let sealed = try context.seal(longest, below: area)
      let parent = try context.object(handle: TPMContext.storageRootKey, publicArea: area)
      return try context.unseal(try context.load(sealed, parent: parent))
    }
    #expect(unsealed.bytes == longest)
    await #expect(throws: TPMError.size("TPM2_Create", 129, limit: 128)) {
      try await tpm.perform { (context: TPMContext) throws(TPMError) in try context.seal(longest + [0], below: area) }
    }
  }

  @Test("an authorization value is needed; a wrong one is an error in words and leaves nothing loaded")
  func authorizationValue() async throws {
    let software = try SoftwareTPM()
    let line = try software.recordedLine()
    let tpm = try line.tpm()
    let secret = secret
    let value = Array("the value that is kept on a disk".utf8)
    let area = try await tpm.perform { (context: TPMContext) throws(TPMError) in try context.provision() }
    let sealed = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      try context.seal(secret, authorizationValue: value, below: area)
    }
    let unseal: @Sendable ([UInt8]) async throws(TPMError) -> [UInt8] = { (given) async throws(TPMError) in
      try await tpm.perform { (context: TPMContext) throws(TPMError) in
        let parent = try context.object(handle: TPMContext.storageRootKey, publicArea: area)
        let session = try context.startAuthSession(
          .hmac, salt: parent, attributes: [.continueSession, .encrypt, .decrypt])
        let object = try context.load(sealed, parent: parent, authorization: .session(session))
        try context.setAuthorizationValue(.of(given), of: object)
        try context.setAttributes([.encrypt], of: session)
        return try context.unseal(object, authorization: .session(session))
      }.bytes
    }
    #expect(try await unseal(value) == secret)
    let error = await #expect(throws: TPMError.self) { try await unseal(Array("another".utf8)) }
    // The object has noDA: TPM_RC_BAD_AUTH, not TPM_RC_AUTH_FAIL.
    #expect(error?.responseCode?.name == "TPM_RC_BAD_AUTH")
    #expect(error?.description.hasPrefix("TPM2_Unseal: TPM: session 1: ") == true)
    #expect(!line.contains(value))
    let left = try await tpm.perform { (context: TPMContext) throws(TPMError) in try context.loaded() }
    #expect(left.isEmpty)
  }

  @Test("what was sealed for this TPM elsewhere is imported and unsealed")
  func imported() async throws {
    let software = try SoftwareTPM()
    let tpm = try software.tpm()
    let area = try await tpm.perform { (context: TPMContext) throws(TPMError) in try context.provision() }
    let duplication = try Duplication(
      sealing: .of(secret), as: .sealedObject(authPolicy: [], fixed: false, userWithAuth: true), for: area)
    let unsealed = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      let parent = try context.object(handle: TPMContext.storageRootKey, publicArea: area)
      let object = try context.import(
        duplication.publicArea, duplicate: duplication.duplicate, encryptedSeed: duplication.encryptedSeed,
        parent: parent)
      return try context.unseal(try context.load(object, parent: parent))
    }
    #expect(unsealed.bytes == secret)
    // Another TPM has another key.
    let other = try SoftwareTPM()
    let otherTPM = try other.tpm()
    let error = await #expect(throws: TPMError.self) {
      try await otherTPM.perform { (context: TPMContext) throws(TPMError) in
        let own = try context.provision()
        let parent = try context.object(handle: TPMContext.storageRootKey, publicArea: own)
        return try context.import(
          duplication.publicArea, duplicate: duplication.duplicate, encryptedSeed: duplication.encryptedSeed,
          parent: parent)
      }
    }
    #expect(error?.responseCode?.layer == .tpm)
  }
}

/// A recorded line with its swtpm.
struct SoftwareTPMLine {
  let software: SoftwareTPM
  let recorded: RecordedTPMLine

  init() throws {
    software = try SoftwareTPM()
    recorded = try software.recordedLine()
  }
}
