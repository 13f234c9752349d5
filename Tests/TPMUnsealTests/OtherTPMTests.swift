import SealedObject
import SecretMemory
import TPM2
import TPMStructures
import TPMUnseal
import TestSupport
import Testing

@Suite("Another TPM, or a changed one", .enabled(if: SoftwareTPM.isInstalled), .timeLimit(.minutes(20)))
struct OtherTPMTests {
  private static let root = StorageRootKey.defaultHandle

  private static func policies() throws -> [SealingPolicy] { [.tpmOnly, try .standard(bank: .sha256)] }

  @Test("another TPM is refused by name, and learns nothing")
  func anotherTPM() async throws {
    let node = try await TestNode.booted()
    let other = try await TestNode.booted()
    let found = try await other.identity().srk.name
    for policy in try Self.policies() {
      let pair = try await node.seal(.secret(try Sample.secret()), policy)
      let expected = pair.sidecar.srk.name
      let error = await #expect(throws: UnsealError.self) { try await other.unseal(pair) }
      #expect(error == .anotherTPM(handle: Self.root, expected: expected, found: found))
      #expect("\(try #require(error))".contains("\(expected)"))
      #expect(try await other.loaded().isEmpty)
      let words = await Doctor(other.tpm, pair: pair, log: nil).examine()
      let diagnosis = words.first { $0.subject == "storage root key" }
      #expect(diagnosis?.verdict == .failed)
      #expect(diagnosis?.words.hasPrefix("another TPM, or this one was cleared") == true)
    }
  }

  @Test("without a storage root key nothing is sealed unless it may be made, and then it is kept")
  func absent() async throws {
    let node = try TestNode()
    let secret = try Sample.secret()
    await #expect(throws: UnsealError.noStorageRootKey(handle: Self.root)) {
      try await Sealing.seal(.secret(secret), SealingRequest(.tpmOnly), mayMakeRoot: false, by: node.tpm)
    }
    await #expect(throws: UnsealError.noStorageRootKey(handle: Self.root)) {
      try await IdentityReading.read(node.tpm, mayMakeRoot: false, eventLog: nil)
    }
    #expect(try await node.tpm.perform { context throws(TPMError) in try context.handles(.persistent) }.isEmpty)
    let pair = try await Sealing.seal(.secret(secret), SealingRequest(.tpmOnly), mayMakeRoot: true, by: node.tpm)
    #expect(pair.sidecar.srk.publicArea.attributes == PublicArea.eccStorageRootKey.attributes)
    #expect(pair.sidecar.srk.publicArea.attributes.contains(.noDA))
    #expect(try await node.loaded().isEmpty)
    try await node.reboot()
    #expect(try await node.unseal(pair) == secret)
    let again = try await Sealing.seal(.secret(secret), SealingRequest(.tpmOnly), mayMakeRoot: false, by: node.tpm)
    #expect(again.sidecar.srk == pair.sidecar.srk)
  }

  @Test("an RSA storage root key that is there already is used")
  func rsaRoot() async throws {
    let node = try TestNode()
    var template = PublicArea.eccStorageRootKey
    template.content = .rsa(RSAParameters(symmetric: .aes128CFB, keyBits: 2048), modulus: [])
    let rsa = template
    try await node.tpm.perform { context throws(TPMError) in
      let made = try context.createPrimary(rsa)
      _ = try context.persist(made.object, at: Self.root)
    }
    try await node.measure("running")
    for policy in try Self.policies() {
      let pair = try await node.seal(try Sample.bundle(), policy)
      let (_, count) = try await node.commands { try await node.unseal(pair) }
      #expect(count <= 12)
    }
    let identity = try await node.identity()
    let policy = try SealingPolicy.standard(bank: .sha256)
    let desk = try SealedPair(
      sealing: .secret(try Sample.secret()), try node.request(policy, identity), for: identity)
    let local = try await Importing.localPair(of: desk, in: node.tpm)
    #expect(try await node.unseal(local).bytes == Sample.secretBytes)
  }

  @Test("a storage root key of other tools' making that is subject to lockout is used, and the doctor warns of it")
  func lockoutRoot() async throws {
    let node = try TestNode()
    var template = PublicArea.eccStorageRootKey
    template.attributes.remove(.noDA)
    let subject = template
    try await node.tpm.perform { context throws(TPMError) in
      let made = try context.createPrimary(subject)
      _ = try context.persist(made.object, at: Self.root)
    }
    let pair = try await Sealing.seal(
      .secret(try Sample.secret()), SealingRequest(.tpmOnly), mayMakeRoot: true, by: node.tpm)
    #expect(try await node.unseal(pair).bytes == Sample.secretBytes)
    let found = await Doctor(node.tpm, pair: pair, log: nil).examine().first { $0.subject == "storage root key" }
    #expect(found?.verdict == .warning && found?.words.contains("is subject to lockout") == true)
  }

  @Test("a cleared TPM is told from another one: the key is gone, or is a new one")
  func cleared() async throws {
    for policy in try Self.policies() {
      let node = try await TestNode.booted()
      let pair = try await node.seal(.secret(try Sample.secret()), policy)
      try await node.tpm.perform { context throws(TPMError) in try context.clear() }
      let error = await #expect(throws: UnsealError.self) { try await node.unseal(pair) }
      #expect(error == .noStorageRootKey(handle: Self.root))
      #expect(try #require(error?.description).contains("the TPM was cleared or never set up"))
      let words = await Doctor(node.tpm, pair: pair, log: nil).examine()
      #expect(words.contains { $0.subject == "storage root key" && $0.words.contains("the TPM was cleared") })
      #expect(words.last?.verdict == .failed && words.last?.next?.contains("sealed again") == true)
      // Set up again, with a new seed.
      let found = try await node.identity().srk.name
      await #expect(throws: UnsealError.anotherTPM(handle: Self.root, expected: pair.sidecar.srk.name, found: found)) {
        try await node.unseal(pair)
      }
      #expect("\(UnsealError.anotherTPM(handle: Self.root, expected: found, found: found))".contains("was cleared"))
    }
  }

  @Test("a handle that something else has taken is refused for sealing, and told from the key for unsealing")
  func squatted() async throws {
    let node = try await TestNode.booted()
    let pair = try await node.sealed()
    // A signing key of somebody else's at the handle.
    let squatter = PublicArea(
      attributes: [.fixedTPM, .fixedParent, .sensitiveDataOrigin, .userWithAuth, .signEncrypt],
      .ecc(ECCParameters(scheme: .ecdsaSHA256, curve: .p256), ECCPoint(x: [], y: [])))
    try await node.tpm.perform { context throws(TPMError) in
      try context.evict(try context.entity(handle: Self.root), at: Self.root)
      let made = try context.createPrimary(squatter)
      _ = try context.persist(made.object, at: Self.root)
    }
    let identity = await #expect(throws: UnsealError.self) { try await node.identity() }
    guard case .squattedHandle(Self.root, let words) = identity else {
      return #expect(Bool(false), "\(String(describing: identity))")
    }
    #expect(words.contains("is not a storage key that stays in its TPM"))
    let sealing = await #expect(throws: UnsealError.self) {
      try await Sealing.seal(
        .secret(try Sample.secret()), SealingRequest(.tpmOnly), mayMakeRoot: true, by: node.tpm)
    }
    #expect(sealing == identity)
    let error = await #expect(throws: UnsealError.self) { try await node.unseal(pair) }
    guard case .anotherTPM(Self.root, pair.sidecar.srk.name, _) = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
    let found = await Doctor(node.tpm, pair: pair, log: nil).examine()
    let diagnosis = found.first { $0.subject == "storage root key" }
    #expect(diagnosis?.words.contains("is taken by something else") == true)
    #expect(diagnosis?.next?.contains("tpm2_evictcontrol") == true)
    #expect(try await node.loaded().isEmpty)
  }
}
