import Crypto
import SecretMemory
import Testing

@testable import TPMStructures

@Suite("Derivations, duplication and credentials, against an implementation in Python")
struct DerivationTests {
  private let vectors: Vectors

  init() throws { vectors = try Vectors.derivations.get() }

  private func bytes(_ key: SymmetricKey) -> [UInt8] { key.withUnsafeBytes { Array($0) } }

  private func parent() throws -> PublicArea {
    var parent = PublicArea.eccStorageRootKey
    parent.content = .ecc(
      ECCParameters(symmetric: .aes128CFB, curve: .p256),
      ECCPoint(x: try vectors("parent.x"), y: try vectors("parent.y")))
    return parent
  }

  private func seed(_ purpose: SharedSeed.Purpose) throws -> SharedSeed {
    let ephemeral = try P256.KeyAgreement.PrivateKey(rawRepresentation: vectors("ephemeral"))
    return try SharedSeed(for: parent(), purpose, ephemeral: ephemeral)
  }

  @Test("KDFa and KDFe", arguments: HashAlgorithm.allCases, [128, 256, 1024])
  func keyDerivations(_ hash: HashAlgorithm, _ bits: Int) throws {
    let derived = try KDFa.key(
      hash, key: SymmetricKey(data: pattern(32, 1)), label: "STORAGE", contextU: pattern(34, 2),
      contextV: pattern(5, 3), bits: bits)
    #expect(bytes(derived) == (try vectors("kdfa.\(hash).\(bits)")))
    let agreed = try pattern(32, 4).withUnsafeBytes {
      try KDFe.key(hash, z: $0, label: "DUPLICATE", partyU: pattern(32, 5), partyV: pattern(32, 6), bits: bits)
    }
    #expect(bytes(agreed) == (try vectors("kdfe.\(hash).\(bits)")))
  }

  @Test("a derivation of no, broken or too many bits is refused", arguments: [0, -8, 7, 65_536])
  func derivationSizes(_ bits: Int) {
    #expect(throws: TPMStructureError.self) {
      try KDFa.key(.sha256, key: SymmetricKey(size: .bits256), label: "STORAGE", bits: bits)
    }
  }

  @Test("a duplication is the same to the byte")
  func duplication() throws {
    let template = PublicArea.sealedObject(authPolicy: pattern(32, 10), fixed: false, userWithAuth: false)
    let duplication = try Duplication(
      sealing: secret(pattern(32, 7)), authValue: secret(pattern(32, 8)), as: template, for: parent(),
      seed: seed(.duplicate), obfuscation: secret(pattern(32, 9)))
    #expect(duplication.objectPublic == (try vectors("duplication.public")))
    #expect(duplication.duplicate == (try vectors("duplication.private")))
    #expect(duplication.encryptedSeed == (try vectors("encryptedSeed")))
  }

  @Test("a credential is the same to the byte")
  func credential() throws {
    let credential = try Credential.make(
      secret(pattern(32, 7)), for: parent(), name: Name(wire: vectors("credential.name")), seed: seed(.identity))
    #expect(credential.blob == (try vectors("credential.blob")))
    #expect(credential.encryptedSeed == (try vectors("encryptedSeed")))
  }

  @Test("RSA with exponents 65537 and 3")
  func rsa() throws {
    let modulus = try vectors("rsa.modulus")
    let messages = vectors.all("rsa.message")
    try #require(messages.count == 4)
    for (exponent, key) in [(0, "rsa.power"), (65_537, "rsa.power"), (3, "rsa.cube")] as [(UInt32, String)] {
      let publicKey = try RSAPublicKey(modulus: modulus, exponent: exponent)
      for (message, power) in zip(messages, vectors.all(key)) { #expect(try publicKey.raise(message) == power) }
      #expect(throws: TPMStructureError.self) { try publicKey.raise(modulus) }
    }
  }

  @Test("a modulus that is even, short or no number is refused")
  func moduli() throws {
    let modulus = try vectors("rsa.modulus")
    let wrongs: [[UInt8]] = [
      [], [1], Array(modulus[..<127]), Array(modulus.dropLast()) + [2], [0] + Array(modulus.dropFirst()),
    ]
    for wrong in wrongs {
      #expect(throws: TPMStructureError.self) { try RSAPublicKey(modulus: wrong, exponent: 65_537) }
    }
    #expect(throws: TPMStructureError.self) { try RSAPublicKey(modulus: modulus, exponent: 4) }
  }

  @Test("OAEP with a label and a fixed seed")
  func oaep() throws {
    let key = try RSAPublicKey(modulus: vectors("rsa.modulus"), exponent: 65_537)
    let oaep = OAEP(.sha256, label: "DUPLICATE")
    #expect(
      try oaep.encrypt(secret(pattern(32, 7)), to: key, seed: pattern(32, 9)) == (try vectors("oaep.ciphertext")))
    #expect(throws: TPMStructureError.size(191, limit: 190)) { try oaep.encrypt(secret(pattern(191, 7)), to: key) }
  }

  @Test("fresh duplications of one secret share nothing")
  func freshness() throws {
    let template = PublicArea.sealedObject(authPolicy: [], fixed: false, userWithAuth: true)
    let value = try secret(pattern(32, 7))
    let pair = try (0..<2).map { _ in try Duplication(sealing: value, as: template, for: parent()) }
    #expect(pair[0].encryptedSeed != pair[1].encryptedSeed)
    #expect(pair[0].publicArea.name != pair[1].publicArea.name)
    #expect(pair[0].duplicate != pair[1].duplicate)
  }

  @Test("what no TPM would take is refused before anything is made")
  func refusals() throws {
    let parent = try parent()
    let template = PublicArea.sealedObject(authPolicy: [], fixed: false, userWithAuth: true)
    func refused(
      _ size: Int = 32, auth: Int = 0, as template: PublicArea = template, for parent: PublicArea, _ why: Comment
    ) throws {
      let value = try secret(pattern(size, 1))
      let authValue = try secret(pattern(auth, 1))
      #expect(throws: TPMStructureError.self, why) {
        try Duplication(sealing: value, authValue: authValue, as: template, for: parent)
      }
    }
    try refused(129, for: parent, "129 bytes")
    try refused(auth: 33, for: parent, "an authorization value over the digest")
    try refused(
      as: .sealedObject(authPolicy: [], fixed: true, userWithAuth: true), for: parent, "an object that is fixed")
    try refused(as: parent, for: parent, "no sealed object")
    var unrestricted = parent
    unrestricted.attributes.remove(.restricted)
    try refused(for: unrestricted, "an unrestricted parent")
    var elsewhere = parent
    elsewhere.content = .ecc(
      ECCParameters(symmetric: .aes128CFB, curve: .p256), ECCPoint(x: pattern(32, 1), y: pattern(32, 2)))
    try refused(for: elsewhere, "no point of the curve")
    var naked = parent
    if case .ecc(_, let point) = parent.content { naked.content = .ecc(ECCParameters(curve: .p256), point) }
    try refused(for: naked, "a parent without a cipher")
    let long = try secret(pattern(33, 1))
    #expect(throws: TPMStructureError.size(33, limit: 32)) {
      try Credential.make(long, for: parent, name: parent.name)
    }
  }
}
