import Diagnostics
import Foundation
import SealedObject
import SecretMemory
import TPM2
import TPMStructures
import TPMUnseal
import TestSupport
import Testing

@Suite("Epochs", .enabled(if: SoftwareTPM.isInstalled), .timeLimit(.minutes(20)))
struct EpochTests {
  private static let index = EpochCounter.defaultIndex

  @Test("the counter's name is unpredictable, its value starts above all before, and reading it changes nothing")
  func identity() async throws {
    let node = try await TestNode.booted()
    let first = try await node.identity()
    #expect(try await node.identity() == first)
    #expect(first.epoch.value > 0 && first.epoch.publicArea.authPolicy.count == 32)
    let other = try await TestNode.booted()
    #expect(try await other.identity().epoch.publicArea.name != first.epoch.publicArea.name)
    let next = try await node.identity(next: true)
    #expect(next.epoch.value == first.epoch.value + 1 && next.epoch.publicArea == first.epoch.publicArea)
    let (read, report) = TPMIdentity.read(first.text)
    #expect(read == first && report.isEmpty)
    #expect(first.pcrs.map(\.bank).contains(.sha384))
    let live = try first.pcrs(of: .sha256).values
    for pcr in [4, 7, 8, 9] { #expect(try live[pcr] == RecordedBoot.pcr(pcr, .sha256, of: "running")) }
  }

  @Test("a counter that is redefined cannot be brought back to an old value")
  func rewound() async throws {
    let node = try await TestNode.booted()
    let pair = try await node.sealed()
    let area = try #require(pair.sidecar.epoch?.publicArea)
    // Whoever has the owner's authorization can make an index of the same name again.
    try await node.tpm.perform { context throws(TPMError) in
      try context.nvUndefineSpace(try context.entity(handle: Self.index))
      var defined = area
      defined.attributes.remove(.written)
      let index = try context.nvDefineSpace(defined)
      try context.nvIncrement(index)
      guard try context.nvReadPublic(try context.entity(handle: Self.index)).name == area.name else {
        throw TPMError.staleHandle("the name differs")
      }
    }
    let error = await #expect(throws: UnsealError.self) { try await node.unseal(pair) }
    #expect(error?.commandAndCode?.command == "TPM2_PolicyNV")
  }

  @Test("after the epoch advanced the old blob is refused, in words, and a new one works")
  func advanced() async throws {
    let node = try await TestNode.booted()
    let value = try Sample.authorizationValue()
    let old = try await node.sealed(authorizationValue: value)
    _ = try await node.identity(next: true)
    let error = await #expect(throws: UnsealError.self) { try await node.unseal(old, authorizationValue: value) }
    #expect(error?.commandAndCode?.command == "TPM2_PolicyNV" && error?.commandAndCode?.code == "TPM_RC_POLICY")
    let words = await Doctor(node.tpm, pair: old, authorizationValue: value, log: nil).examine()
    let before = try #require(old.sidecar.epoch?.value)
    #expect(
      words.first { $0.subject == "epoch" }?.words
        == "revoked: sealed for epoch \(before), and the counter is at \(before + 1)")
    let new = try await node.sealed(authorizationValue: value)
    #expect(try await node.unseal(new, authorizationValue: value).bytes == Sample.secretBytes)
    #expect(try await node.loaded().isEmpty)
  }

  @Test("an epoch's counter that is gone, or that somebody else made, is told apart")
  func replaced() async throws {
    let node = try await TestNode.booted()
    let pair = try await node.sealed()
    try await node.tpm.perform { context throws(TPMError) in
      try context.nvUndefineSpace(try context.entity(handle: Self.index))
    }
    func diagnosis() async -> String? {
      await Doctor(node.tpm, pair: pair, log: nil).examine().first { $0.subject == "epoch" }?.words
    }
    await #expect(throws: UnsealError.self) { try await node.unseal(pair) }
    #expect(await diagnosis() == "no counter at 0x1804c4c: the TPM was cleared")
    // An ordinary index, which could be written with any value.
    try await node.tpm.perform { context throws(TPMError) in
      let index = try context.nvDefineSpace(
        NVPublic(index: Self.index, attributes: [.ownerWrite, .authRead, .ownerRead, .noDA], dataSize: 8))
      try context.nvWrite(index, [0, 0, 0, 0, 0, 0, 0, 1])
    }
    await #expect(throws: UnsealError.self) { try await node.unseal(pair) }
    #expect(await diagnosis() == "the counter at 0x1804c4c is another one than the blob was sealed for")
    let error = await #expect(throws: UnsealError.self) { try await node.identity() }
    guard case .epoch(let words) = error else { return #expect(Bool(false), "\(String(describing: error))") }
    #expect(words.hasPrefix("at 0x1804c4c is not ours"))
    // Somebody else's index is not counted up.
    let kept = try await node.tpm.perform { context throws(TPMError) in
      try context.nvRead(try context.entity(handle: Self.index), count: 8)
    }
    #expect(kept == [0, 0, 0, 0, 0, 0, 0, 1])
  }

  @Test("somebody else's index with an authorization value is not read: that would count towards lockout")
  func notTried() async throws {
    let node = try await TestNode.booted()
    let pair = try await node.sealed()
    try await node.tpm.perform { context throws(TPMError) in
      try context.nvUndefineSpace(try context.entity(handle: Self.index))
      let value: SecretBytes
      do throws(SecretMemoryError) { value = try SecretBytes.random(count: 16) } catch { throw TPMError.memory(error) }
      let index = try context.nvDefineSpace(
        NVPublic(index: Self.index, attributes: [.counter, .ownerWrite, .authRead, .ownerRead], dataSize: 8),
        authorizationValue: value)
      try context.nvIncrement(index)
    }
    let error = await #expect(throws: UnsealError.self) { try await node.identity() }
    guard case .epoch = error else { return #expect(Bool(false), "\(String(describing: error))") }
    func counter() async throws -> UInt32? {
      try await node.tpm.perform { context throws(TPMError) in try context.variableProperties()[.lockoutCounter] }
    }
    #expect(try await counter() == 0)
    let words = await Doctor(node.tpm, pair: pair, log: nil).examine()
    #expect(words.first { $0.subject == "epoch" }?.verdict == .failed)
    // PolicyNV has to try, which the doctor's own unseal does once.
    #expect(try await counter() == 1)
  }
}
