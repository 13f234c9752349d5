import Diagnostics
import SealedObject
import SecretMemory
import TPM2
import TPMStructures
import TPMUnseal
import TestSupport
import Testing

@Suite("Forgeries", .enabled(if: SoftwareTPM.isInstalled), .timeLimit(.minutes(20)))
struct ForgeryTests {
  @Test("approvals of one epoch on a blob of another are refused, in both directions, and so says the TPM itself")
  func grafted() async throws {
    let node = try await TestNode.booted()
    let old = try await node.sealed()
    _ = try await node.identity(next: true)
    let new = try await node.sealed()
    for (blob, approvals) in [(new, old), (old, new)] {
      // As who has write access to the disk, and not the release key, would do it.
      var sidecar = blob.sidecar
      sidecar.approvals = approvals.sidecar.approvals
      #expect(throws: SealedObjectError.signature) { try SealedPair(file: blob.file, sidecar: sidecar) }
      #expect(throws: SealedObjectError.foreignReleaseKey) {
        try SealedPair(file: blob.file, sidecar: approvals.sidecar)
      }
      // As who has stolen the key, or our own program where it is careless.
      try sidecar.sign(with: node.key)
      let forged = sidecar
      let check = SealedPair.check(
        file: try blob.file.pem(), named: "b.pem", sidecar: forged.text, named: "b.json", pinned: node.key.publicKey)
      #expect(check.pair == nil)
      #expect(check.refusals.contains(.foreignApproval(label: "44.1")))
      // As who speaks to the TPM without our program: the old epoch's steps, then the new one's.
      for plan in try old.plans() + new.plans() {
        let error = await #expect(throws: TPMError.self) { try await Self.unsealByHand(old, plan, node) }
        #expect(error?.responseCode?.layer == .tpm)
      }
      let wrongPlan = try #require(try old.plans().first)
      await #expect(throws: TPMError.self) { try await Self.unsealByHand(new, wrongPlan, node) }
    }
    let plan = try #require(try new.plans().first)
    #expect(try await Self.unsealByHand(new, plan, node) == Sample.secretBytes)
  }

  @Test("a sidecar with the attacker's own release key is refused by the object's policy, in the file and in the TPM")
  func forged() async throws {
    let node = try await TestNode.booted()
    let pair = try await node.sealed()
    let attacker = try TestNode.releaseKey()
    // The machine was booted into something else; its PCRs are approved by the attacker.
    let request = try node.request(pair.sidecar.policy, try await node.identity(), label: "mine", key: attacker)
    var sidecar = pair.sidecar
    sidecar.releaseKey = attacker.publicKey
    sidecar.approvals = request.approvals
    try sidecar.sign(with: attacker)
    let check = SealedPair.check(
      file: try pair.file.pem(), named: "b.pem", sidecar: sidecar.text, named: "b.json", pinned: node.key.publicKey)
    #expect(check.pair == nil)
    #expect(check.refusals == [.foreignReleaseKey, .unpinnedReleaseKey])
    // The attacker's blob with a policy of its own says which steps satisfy that: not the object's policy.
    let mine = try await Sealing.seal(.secret(try Sample.secret()), request, mayMakeRoot: false, by: node.tpm)
    let plan = try #require(try mine.plans().first)
    #expect(try await Self.unsealByHand(mine, plan, node) == Sample.secretBytes)
    let error = await #expect(throws: TPMError.self) { try await Self.unsealByHand(pair, plan, node) }
    #expect(error?.responseCode?.name == "TPM_RC_POLICY_FAIL")
  }

  @Test("another secret in a blob that the attacker made for this TPM is refused by its key id before it is given out")
  func exchanged() async throws {
    let node = try await TestNode.booted()
    let pair = try await node.sealed()
    let mine = try await node.seal(.secret(try SecretBytes.of(Array("an attacker's".utf8))), pair.sidecar.policy)
    let exchanged = try SealedPair(file: mine.file, sidecar: pair.sidecar, pinned: node.key.publicKey)
    await #expect(throws: UnsealError.sealed(.keyID)) { try await node.unseal(exchanged) }
    let manifest = ReleaseManifest(
      blob: "/b.pem", files: [ReleaseManifest.File(name: "secret", path: "\(node.memory.path)/secret")])
    await #expect(throws: UnsealError.sealed(.keyID)) {
      try await BundleRelease.run(manifest, exchanged, authorizationValue: nil, from: node.tpm)
    }
    #expect(try node.memory.names().isEmpty)
  }

  @Test("a tpm-only sidecar that only the secret vouches for: a forged one is refused before anything is written")
  func forgedByNobody() async throws {
    let node = try TestNode()
    let pair = try await Sealing.seal(
      try Sample.bundle(), SealingRequest(.tpmOnly), mayMakeRoot: true, by: node.tpm)
    var sidecar = pair.sidecar
    sidecar.cluster = "other"
    let forged = try SealedPair(file: pair.file, sidecar: sidecar)
    let manifest = ReleaseManifest(
      blob: "/b.pem", files: [ReleaseManifest.File(name: "listener.key", path: "\(node.memory.path)/key")])
    await #expect(throws: UnsealError.sealed(.signature)) {
      try await BundleRelease.run(manifest, forged, authorizationValue: nil, from: node.tpm)
    }
    #expect(try node.memory.names().isEmpty)
    try await BundleRelease.run(manifest, pair, authorizationValue: nil, from: node.tpm)
    #expect(try node.memory.names() == ["key"])
  }

  @Test("an approval of a weaker policy, a blob's beside it, does not open a strict blob once the strict PCRs changed")
  func downgraded() async throws {
    let node = try await TestNode.booted()
    let strict = try await node.seal(.secret(try Sample.secret()), try .strict(bank: .sha256))
    let standard = try await node.seal(.secret(try SecretBytes.of([1, 2, 3])), try .standard(bank: .sha256))
    // Another kernel on the same machine, PCR 7 as before.
    try await node.reboot("staged")
    await #expect(throws: UnsealError.self) { try await node.unseal(strict) }
    #expect(try await node.unseal(standard).bytes == [1, 2, 3])
    let plan = try #require(try standard.plans().first)
    await #expect(throws: TPMError.self) { try await Self.unsealByHand(strict, plan, node) }
  }

  /// Unseals an object by a plan's steps, without any of the checks of the program.
  static func unsealByHand(_ pair: SealedPair, _ plan: UnsealPlan, _ node: TestNode) async throws(TPMError) -> [UInt8] {
    let key = pair.file.key
    return try await node.tpm.perform { context throws(TPMError) in
      let root = try context.object(handle: pair.sidecar.srk.handle, publicArea: pair.sidecar.srk.publicArea)
      let loaded = try context.load(
        CreatedObject(publicArea: key.publicArea, privateArea: key.exportedPrivate), parent: root)
      let session = try context.startAuthSession(.policy, salt: root, attributes: [.continueSession, .encrypt])
      for step in plan.steps {
        switch step {
        case .policyPCR(let selection, let digest): try context.policyPCR(session, selection, digest: digest)
        case .policyNV(let area, let operand):
          let index = try context.nvIndex(area)
          try context.policyNV(session, index: index, reader: index, operand: operand)
        case .policyAuthorize(let key, let approved, let reference, let signature):
          let loaded = try context.loadExternal(key)
          let ticket = try context.verifySignature(
            signature, of: PolicyDigest.approval(of: approved, reference: reference), key: loaded)
          try context.policyAuthorize(session, approved: approved, reference: reference, key: key.name, ticket: ticket)
        case .policyAuthValue: try context.policyAuthValue(session)
        }
      }
      return try context.unseal(loaded, authorization: .session(session)).bytes
    }
  }
}
