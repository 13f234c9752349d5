import SecretMemory
import TPMStructures
import TestSupport
import Testing

@testable import TPM2

@Suite("Faults", .enabled(if: SoftwareTPM.isInstalled), .timeLimit(.minutes(20)))
struct FaultTests {
  private static func unseal(_ sealed: CreatedObject, _ area: PublicArea, _ tpm: TPM) async throws(TPMError) -> [UInt8]
  {
    try await tpm.perform { (context: TPMContext) throws(TPMError) in
      let parent = try context.object(handle: TPMContext.storageRootKey, publicArea: area)
      let session = try context.startAuthSession(
        .hmac, salt: parent, attributes: [.continueSession, .encrypt, .decrypt])
      let object = try context.load(sealed, parent: parent, authorization: .session(session))
      try context.setAttributes([.continueSession, .encrypt], of: session)
      return try context.unseal(object, authorization: .session(session))
    }.bytes
  }

  @Test(
    "the line breaks at any command: the call fails in words, the next one works, and nothing stays loaded",
    arguments: [false, true])
  func brokenLine(losingResponse: Bool) async throws {
    let line = try SoftwareTPMLine()
    let tpm = try line.recorded.tpm()
    let area = try await tpm.perform { (context: TPMContext) throws(TPMError) in try context.provision() }
    let sealed = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      try context.seal([1, 2, 3], below: area)
    }
    // StartAuthSession, Load, Unseal; the two FlushContext after them do not take the secret back.
    for count in 0..<3 {
      line.recorded.cut(after: losingResponse ? count + 1 : count, losingResponse: losingResponse)
      let error = await #expect(throws: TPMError.self) { try await Self.unseal(sealed, area, tpm) }
      let layer = error?.responseCode?.layer
      #expect(layer == .tcti || layer == .system || layer == .esys, "\(String(describing: error))")
      #expect(try await Self.unseal(sealed, area, tpm) == [1, 2, 3])
      let left = try await tpm.perform { (context: TPMContext) throws(TPMError) in try context.loaded() }
      // What a lost response would have named, nobody can know; all else is flushed.
      if !losingResponse { #expect(left.isEmpty) }
      if losingResponse {
        await tpm.close()
        try line.software.restart()
        // TPM2_Startup of the new connection is not to be counted.
        _ = try await tpm.perform { (context: TPMContext) throws(TPMError) in try context.getRandom(1) }
      }
    }
    line.recorded.cut(after: 3)
    #expect(try await Self.unseal(sealed, area, tpm) == [1, 2, 3])
    let left = try await tpm.perform { (context: TPMContext) throws(TPMError) in try context.loaded() }
    #expect(left.isEmpty)
  }

  @Test("the TPM is killed between two commands: that fails, so does all until it is back, then it works")
  func killed() async throws {
    let software = try SoftwareTPM()
    let tpm = try software.tpm()
    let area = try await tpm.perform { (context: TPMContext) throws(TPMError) in try context.provision() }
    let sealed = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      try context.seal([1, 2, 3], below: area)
    }
    let error = await #expect(throws: TPMError.self) {
      try await tpm.perform { (context: TPMContext) throws(TPMError) in
        let parent = try context.object(handle: TPMContext.storageRootKey, publicArea: area)
        let object = try context.load(sealed, parent: parent)
        software.kill()
        // The second command is refused without a try: the first has lost the connection.
        let lost: TPMError
        do throws(TPMError) { return try context.unseal(object).bytes } catch { lost = error }
        do throws(TPMError) { _ = try context.getRandom(1) } catch {
          guard error == .connectionLost("TPM2_GetRandom") else { throw error }
        }
        throw lost
      }
    }
    #expect(error?.description.hasPrefix("TPM2_Unseal: ") == true)
    let down = await #expect(throws: TPMError.self) { try await Self.unseal(sealed, area, tpm) }
    #expect(down?.description.hasPrefix("no TPM at swtpm:path=") == true)
    try software.start()
    #expect(try await Self.unseal(sealed, area, tpm) == [1, 2, 3])
  }

  @Test("what a body leaves loaded is flushed, also when it throws; its handles are worth nothing later")
  func flushed() async throws {
    struct Own: Error {}
    let holder = try SoftwareTPMHolder()
    let tpm = holder.tpm
    let handle = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      _ = try context.startAuthSession(.hmac)
      _ = try context.startAuthSession(.policy)
      return try context.createPrimary(.eccStorageRootKey).object
    }
    await #expect(throws: Own.self) {
      try await tpm.perform(failing: { $0 as any Error }) { (context: TPMContext) throws(any Error) in
        _ = try context.createPrimary(.eccStorageRootKey)
        _ = try context.startAuthSession(.trial)
        throw Own()
      }
    }
    await #expect(throws: TPMError.self) {
      try await tpm.perform { (context: TPMContext) throws(TPMError) in
        let primary = try context.createPrimary(.eccStorageRootKey)
        _ = try context.unseal(primary.object)
      }
    }
    let left = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      try context.scope { () throws(TPMError) in
        // Three slots: a leak would show here.
        for _ in 0..<4 {
          try context.scope { () throws(TPMError) in _ = try context.createPrimary(.eccStorageRootKey) }
        }
        _ = try context.createPrimary(.eccStorageRootKey)
      }
      return try context.loaded()
    }
    #expect(left.isEmpty)
    await #expect(throws: TPMError.staleHandle("TPM2_ReadPublic")) {
      try await tpm.perform { (context: TPMContext) throws(TPMError) in try context.readPublic(handle).name }
    }
    await #expect(throws: TPMError.staleHandle("TPM2_FlushContext")) {
      try await tpm.perform { (context: TPMContext) throws(TPMError) in try context.flush(handle) }
    }
  }

  @Test("an error leaves the session that was to end with the command to be flushed")
  func sessionAfterError() async throws {
    let holder = try SoftwareTPMHolder()
    let left = try await holder.tpm.perform { (context: TPMContext) throws(TPMError) in
      let session = try context.startAuthSession(.hmac, attributes: [])
      let area = PublicArea.sealedObject(authPolicy: [], fixed: true, userWithAuth: true)
      try context.scope { () throws(TPMError) in
        let parent = try context.createPrimary(.eccStorageRootKey).object
        let sealed = try context.create(area, parent: parent, sealing: .of([1]), authorizationValue: .of([2]))
        let object = try context.load(sealed, parent: parent)
        do throws(TPMError) { _ = try context.unseal(object, authorization: .session(session)) } catch {
          guard error.responseCode?.layer == .tpm else { throw error }
        }
      }
      let whileHeld = try context.handles(.loadedSession).count
      try context.flush(session.handle)
      return (whileHeld, try context.loaded())
    }
    #expect(left.0 == 1)
    #expect(left.1.isEmpty)
  }

  @Test("the TPM's thread ends with the TPM")
  func threadEnds() async throws {
    weak var thread: TPMThread?
    do {
      let own = try TPMThread()
      thread = own
      #expect(thread != nil)
      own.stop()
    }
    for _ in 0..<3000 where thread != nil { try await Task.sleep(for: .milliseconds(10)) }
    #expect(thread == nil)
  }
}
