import Foundation
import SealedObject
import SecretMemory
import TPM2
import TPMStructures
import TPMUnseal
import TestSupport
import Testing

@Suite("Faults", .enabled(if: SoftwareTPM.isInstalled), .timeLimit(.minutes(20)))
struct FaultTests {
  enum Operation: String, CaseIterable, Sendable {
    case identity, seal, unseal, `import`

    /// Fewer commands than it takes, TPM2_Startup and the TPM2_FlushContext at the end left out.
    var fewest: Int {
      switch self {
      // GetCapability, ReadPublic, StartAuthSession, Create.
      case .seal: 3
      // The eleven of the policy with an authorization value.
      case .unseal: 9
      case .identity: 9
      // Import, two unseals, Create.
      case .import: 20
      }
    }
  }

  enum Fault: String, CaseIterable, Sendable {
    /// The line breaks before the next command reaches the TPM.
    case lineCut
    /// The TPM dies before its answer to the last command is read.
    case killed
  }

  /// A node whose every command passes a line that can break.
  private struct Victim {
    let line: RecordedTPMLine
    let node: TestNode
    let value: SecretBytes
    let request: SealingRequest
    let local: SealedPair
    let desk: SealedPair

    init() async throws {
      let software = try SoftwareTPM()
      line = try software.recordedLine()
      node = try TestNode(software, TCTI(line.tcti))
      try await node.measure("running")
      let identity = try await node.identity()
      value = try Sample.authorizationValue()
      request = try node.request(try .standard(bank: .sha256), identity)
      local = try await Sealing.seal(
        .secret(try Sample.secret()), request, authorizationValue: value, mayMakeRoot: true, by: node.tpm)
      desk = try SealedPair(sealing: .secret(try Sample.secret()), request, for: identity)
    }

    /// Runs the operation, and what it made is good.
    func run(_ operation: Operation) async throws {
      switch operation {
      case .identity:
        let identity = try await node.identity()
        guard TPMIdentity.read(identity.text).identity == identity else { throw UnsealError.notTheSame }
      case .seal:
        let pair = try await Sealing.seal(
          .secret(try Sample.secret()), request, authorizationValue: value, mayMakeRoot: true, by: node.tpm)
        _ = try SealedPair(file: pair.file, sidecar: pair.sidecar)
      case .unseal:
        guard try await node.unseal(local, authorizationValue: value).bytes == Sample.secretBytes else {
          throw UnsealError.notTheSame
        }
      case .import:
        let pair = try await Importing.localPair(of: desk, authorizationValue: value, in: node.tpm)
        guard pair.file.key.kind == .sealed else { throw UnsealError.notTheSame }
      }
    }
  }

  @Test(
    "whatever breaks after each command: a typed error, nothing left in the TPM, and the next run works",
    arguments: Operation.allCases, Fault.allCases)
  func broken(_ operation: Operation, _ fault: Fault) async throws {
    let victim = try await Victim()
    let node = victim.node
    var count = 0
    var hasSucceeded = false
    while !hasSucceeded, count < 80 {
      // A connection of its own: opening it is part of what can fail.
      await node.tpm.close()
      victim.line.clear()
      switch fault {
      case .lineCut: victim.line.cut(after: count)
      case .killed: victim.line.cut(after: count + 1, losingResponse: true)
      }
      do {
        try await victim.run(operation)
        hasSucceeded = true
      } catch let error as UnsealError {
        guard case .tpm(let reason) = error else {
          return #expect(Bool(false), "\(operation) after \(count): \(error)")
        }
        let layer = reason.responseCode?.layer
        #expect(
          layer == .tcti || layer == .system || layer == .esys || reason.responseCode == nil,
          "\(operation) after \(count): \(error)")
        #expect(!"\(error)".isEmpty)
      }
      // Not to break anything that follows.
      victim.line.cut(after: .max)
      if fault == .killed {
        await node.tpm.close()
        try node.software.restart()
        if !hasSucceeded { try await node.measure("running") }
      }
      if !hasSucceeded {
        #expect(try await node.loaded().isEmpty, "\(operation) after \(count)")
        try await victim.run(operation)
      }
      count += 1
    }
    #expect(hasSucceeded)
    #expect(count > operation.fewest, "only \(count) commands could fail")
    // The last one succeeded although its cut came too late to matter; so did what was there before.
    if fault == .killed { try await node.measure("running") }
    #expect(try await node.unseal(victim.local, authorizationValue: victim.value).bytes == Sample.secretBytes)
    #expect(try await node.loaded().isEmpty)
  }

  @Test("a first identity that breaks after each command is completed by the next, with one key and one counter")
  func firstIdentity() async throws {
    for count in 0..<40 {
      let software = try SoftwareTPM()
      let line = try software.recordedLine()
      let node = try TestNode(software, TCTI(line.tcti))
      line.cut(after: count)
      let first = try? await node.identity(nil)
      line.cut(after: .max)
      let identity = try await node.identity(nil)
      #expect(try await node.loaded().isEmpty)
      let (keys, indices) = try await node.tpm.perform { context throws(TPMError) in
        (try context.handles(.persistent), try context.handles(.nvIndex))
      }
      #expect(keys == [identity.srk.handle])
      #expect(indices.filter { $0 == EpochCounter.defaultIndex }.count == 1)
      if let first {
        #expect(first == identity && count > 10)
        return
      }
    }
    #expect(Bool(false), "an identity takes more than 40 commands")
  }

  @Test("the TPM is away: every operation says so, and works once it is back")
  func away() async throws {
    let victim = try await Victim()
    await victim.node.tpm.close()
    victim.node.software.kill()
    for operation in Operation.allCases {
      let error = await #expect(throws: UnsealError.self) { try await victim.run(operation) }
      guard case .tpm(let reason) = error else {
        return #expect(Bool(false), "\(operation): \(String(describing: error))")
      }
      #expect(reason.responseCode.map { $0.layer != .tpm } ?? true, "\(operation): \(reason)")
    }
    try victim.node.software.start()
    try await victim.node.measure("running")
    for operation in Operation.allCases { try await victim.run(operation) }
  }

  // MARK: Lockout, full memory

  @Test("a TPM in lockout still seals, imports and unseals: our objects are not subject to it")
  func lockout() async throws {
    let victim = try await Victim()
    let node = victim.node
    try await node.tpm.perform { context throws(TPMError) in
      try context.dictionaryAttackParameters(maxTries: 3, recoveryTime: 1000, lockoutRecovery: 1000)
      // Somebody guesses the value of somebody else's object, which is subject to it.
      let value: SecretBytes
      let wrong: SecretBytes
      do throws(SecretMemoryError) {
        value = try SecretBytes.random(count: 16)
        wrong = try SecretBytes.random(count: 16)
      } catch { throw TPMError.memory(error) }
      let root = try context.entity(handle: StorageRootKey.defaultHandle)
      let object = try context.create(
        PublicArea(attributes: [.fixedTPM, .fixedParent, .userWithAuth], .keyedHash(nil, unique: [])),
        parent: root, sealing: value, authorizationValue: value)
      let loaded = try context.load(object, parent: root)
      try context.setAuthorizationValue(wrong, of: loaded)
      for _ in 0..<5 {
        do throws(TPMError) { _ = try context.unseal(loaded) } catch {
          guard error.responseCode?.layer == .tpm else { throw error }
        }
      }
    }
    let found = await Doctor(node.tpm, pair: victim.local, authorizationValue: victim.value, log: nil).examine()
    let words = found.first { $0.subject == "lockout" }
    #expect(words?.verdict == .warning && words?.words.hasPrefix("lockout counter 3 of 3") == true)
    #expect(found.last?.subject == "unseal" && found.last?.verdict == .ok)
    for operation in Operation.allCases { try await victim.run(operation) }
  }

  @Test("a wrong authorization value does not count towards lockout")
  func wrongValue() async throws {
    let victim = try await Victim()
    for _ in 0..<5 {
      let wrong = try SecretBytes.random(count: 32)
      await #expect(throws: UnsealError.self) {
        try await victim.node.unseal(victim.local, authorizationValue: wrong)
      }
    }
    let counter = try await victim.node.tpm.perform { context throws(TPMError) in
      try context.variableProperties()[.lockoutCounter]
    }
    #expect(counter == 0)
    try await victim.run(.unseal)
  }

  @Test("no room for the counter: the identity says so, leaves no half of one, and works once there is room")
  func fullMemory() async throws {
    let node = try await TestNode.booted()
    // The key has room, the counter has not.
    let pair = try await Sealing.seal(
      .secret(try Sample.secret()), SealingRequest(.tpmOnly), mayMakeRoot: true, by: node.tpm)
    let filled = try await node.tpm.perform { context throws(TPMError) in
      var filled: [UInt32] = []
      // The TPM keeps room for counters that ordinary indices cannot have.
      let counter = EpochCounter.definedAttributes
      let ordinary: NVAttributes = [.ownerWrite, .ownerRead, .noDA]
      for (attributes, size) in [(ordinary, 2048), (ordinary, 64), (counter, 8)] as [(NVAttributes, UInt16)] {
        while true {
          let number = 0x0180_0100 + UInt32(filled.count)
          do throws(TPMError) {
            _ = try context.nvDefineSpace(
              NVPublic(index: number, attributes: attributes, dataSize: size))
          } catch {
            guard error.responseCode?.layer == .tpm else { throw error }
            break
          }
          filled.append(number)
        }
      }
      return filled
    }
    let error = await #expect(throws: UnsealError.self) { try await node.identity() }
    #expect(error?.commandAndCode?.command == "TPM2_NV_DefineSpace")
    #expect(error?.commandAndCode?.code == "TPM_RC_NV_SPACE")
    #expect(error?.description.contains("NV") == true, "\(String(describing: error))")
    #expect(try await node.loaded().isEmpty)
    #expect(try await node.unseal(pair).bytes == Sample.secretBytes)
    try await node.tpm.perform { context throws(TPMError) in
      for number in filled.prefix(2) { try context.nvUndefineSpace(try context.entity(handle: number)) }
    }
    #expect(try await node.identity().epoch.value > 0)
  }
}
