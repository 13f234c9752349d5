import Crypto
import SecretMemory
import TPM2
import TPMStructures
import TestSupport
import Testing

@Suite("Policies on swtpm", .enabled(if: SoftwareTPM.isInstalled), .timeLimit(.minutes(20)))
struct PolicyTests {
  private static let freshCounter = NVPublic(
    index: 0x0180_4C4C, attributes: [.counter, .ownerWrite, .authRead, .ownerRead, .noDA],
    authPolicy: [UInt8](repeating: 0xA5, count: 32), dataSize: 8)

  /// What a node and its engineer share: the keys, the counter, what was sealed and what was approved.
  private struct Node: Sendable {
    let storageRootKey: PublicArea
    let counter: NVPublic
    let selection: PCRSelection
    let releaseKey: PublicArea
    let sealed: CreatedObject
    let approved: PolicyDigest
    let pcrDigest: [UInt8]
    let epoch: [UInt8]
    let reference: [UInt8]
    let signature: Signature
  }

  private static func sealed(_ secret: [UInt8], value: [UInt8], _ tpm: TPM) async throws -> Node {
    let key = P256.Signing.PrivateKey()
    let releaseKey = PublicArea.releaseKey(key.publicKey)
    let reference = [UInt8](repeating: 7, count: 32)
    let selection = try PCRSelection(.sha256, [7, 13])
    let (area, counter, epoch, pcrs) = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      let area = try context.provision()
      let index = try context.nvDefineSpace(Self.freshCounter)
      try context.nvIncrement(index)
      let epoch = try context.nvRead(index, count: 8)
      return (area, try context.nvReadPublic(index).nvPublic, epoch, try context.pcrRead(selection))
    }
    let values = try [7, 13].map { (pcr: Int) in try #require(pcrs[HashAlgorithm.sha256, pcr]) }
    let digest = PolicyDigest.pcrDigest(of: values)
    var approved = PolicyDigest()
    approved.policyPCR(selection, digest: digest)
    approved.policyNV(counter.name, operand: epoch)
    var policy = PolicyDigest()
    policy.policyAuthorize(releaseKey.name, reference: reference)
    policy.policyAuthValue()
    let authPolicy = policy.bytes
    let sealed = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      try context.seal(secret, authPolicy: authPolicy, authorizationValue: value, below: area)
    }
    let raw = try key.signature(for: approved.bytes + reference).rawRepresentation
    return Node(
      storageRootKey: area, counter: counter, selection: selection, releaseKey: releaseKey, sealed: sealed,
      approved: approved, pcrDigest: digest, epoch: epoch, reference: reference,
      signature: try #require(Signature(ecdsaP256: Array(raw))))
  }

  private static func unseal(_ node: Node, value: [UInt8], _ tpm: TPM) async throws(TPMError) -> [UInt8] {
    try await tpm.perform { (context: TPMContext) throws(TPMError) in
      let parent = try context.object(handle: TPMContext.storageRootKey, publicArea: node.storageRootKey)
      let index = try context.nvIndex(node.counter)
      let session = try context.startAuthSession(
        .policy, salt: parent, attributes: [.continueSession, .decrypt, .encrypt])
      let object = try context.load(node.sealed, parent: parent, encryption: session)
      try context.policyPCR(session, node.selection, digest: node.pcrDigest)
      try context.policyNV(session, index: index, reader: index, operand: node.epoch)
      let ticket = try context.scope { () throws(TPMError) in
        let key = try context.loadExternal(node.releaseKey)
        return try context.verifySignature(
          node.signature, of: PolicyDigest.approval(of: node.approved.bytes, reference: node.reference), key: key)
      }
      try context.policyAuthorize(
        session, approved: node.approved.bytes, reference: node.reference, key: node.releaseKey.name, ticket: ticket)
      try context.policyAuthValue(session)
      try context.setAuthorizationValue(.of(value), of: object)
      try context.setAttributes([.encrypt], of: session)
      return try context.unseal(object, authorization: .session(session))
    }.bytes
  }

  @Test("an authorized policy with an authorization value unseals in eleven commands and leaks nothing")
  func standard() async throws {
    let line = try SoftwareTPMLine()
    let tpm = try line.recorded.tpm()
    let secret = Array("a key that is bound to this boot".utf8)
    let value = Array("and to a disk that is encrypted.".utf8)
    let node = try await Self.sealed(secret, value: value, tpm)
    line.recorded.clear()
    #expect(try await Self.unseal(node, value: value, tpm) == secret)
    #expect(
      line.recorded.exchanges.map(\.code)
        == [0x176, 0x157, 0x17F, 0x149, 0x167, 0x177, 0x165, 0x16A, 0x16B, 0x15E, 0x165])
    #expect(!line.recorded.contains(Array(secret[..<8])))
    #expect(!line.recorded.contains(Array(value[..<8])))
  }

  @Test("a changed PCR, a counted-up counter and a wrong value each fail in words, and leave nothing loaded")
  func refused() async throws {
    let software = try SoftwareTPM()
    let tpm = try software.tpm()
    let value = Array("value".utf8)
    let node = try await Self.sealed([1, 2, 3], value: value, tpm)
    #expect(try await Self.unseal(node, value: value, tpm) == [1, 2, 3])

    let wrong = await #expect(throws: TPMError.self) { try await Self.unseal(node, value: [0], tpm) }
    #expect(wrong?.responseCode?.name == "TPM_RC_BAD_AUTH")

    let cap = try #require(TPMHandle.pcr(13))
    try await tpm.perform { (context: TPMContext) throws(TPMError) in
      try context.pcrExtend(cap, [.sha256: [UInt8](repeating: 1, count: 32)])
    }
    let capped = await #expect(throws: TPMError.self) { try await Self.unseal(node, value: value, tpm) }
    #expect(capped?.description.hasPrefix("TPM2_PolicyPCR: TPM: ") == true)
    #expect(capped?.responseCode?.name == "TPM_RC_VALUE")

    await tpm.close()
    try software.restart()
    #expect(try await Self.unseal(node, value: value, tpm) == [1, 2, 3])
    try await tpm.perform { (context: TPMContext) throws(TPMError) in
      try context.nvIncrement(try context.nvIndex(node.counter))
    }
    let revoked = await #expect(throws: TPMError.self) { try await Self.unseal(node, value: value, tpm) }
    #expect(revoked?.description.hasPrefix("TPM2_PolicyNV: TPM: ") == true)
    #expect(revoked?.responseCode?.name == "TPM_RC_POLICY")

    let left = try await tpm.perform { (context: TPMContext) throws(TPMError) in try context.loaded() }
    #expect(left.isEmpty)
  }

  @Test("a trial session's digests are those that are computed without a TPM")
  func trial() async throws {
    let tpm = try SoftwareTPMHolder()
    let selection = try PCRSelection(.sha256, [0, 7])
    let digests = try await tpm.tpm.perform { (context: TPMContext) throws(TPMError) in
      let session = try context.startAuthSession(.trial)
      var digests: [[UInt8]] = []
      try context.policyPCR(session, selection, digest: [UInt8](repeating: 9, count: 32))
      digests.append(try context.policyGetDigest(session))
      try context.policyCommandCode(session, 0x15E)
      digests.append(try context.policyGetDigest(session))
      try context.policySecret(session, entity: .endorsement, reference: [1])
      digests.append(try context.policyGetDigest(session))
      try context.policyRestart(session)
      digests.append(try context.policyGetDigest(session))
      return digests
    }
    var policy = PolicyDigest()
    policy.policyPCR(selection, digest: [UInt8](repeating: 9, count: 32))
    #expect(digests[0] == policy.bytes)
    policy.policyCommandCode(0x15E)
    #expect(digests[1] == policy.bytes)
    policy.policySecret(Name(handle: 0x4000_000B), reference: [1])
    #expect(digests[2] == policy.bytes)
    #expect(digests[3] == [UInt8](repeating: 0, count: 32))
  }
}

/// An swtpm with a `TPM` at it.
struct SoftwareTPMHolder {
  let software: SoftwareTPM
  let tpm: TPM

  init() throws {
    software = try SoftwareTPM()
    tpm = try software.tpm()
  }
}
