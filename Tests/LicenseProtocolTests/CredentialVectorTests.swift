import Crypto
import SecretMemory
import Testing

@testable import Attestation
@testable import TPMStructures

@Suite("TPM2_MakeCredential against vectors that were made without this package")
struct CredentialVectorTests {
  let vectors: [RecordedVectors.ByteStrings.Credential]

  init() throws { vectors = try RecordedVectors.byteStrings().credentials }

  private func secret(_ bytes: [UInt8]) throws -> SecretBytes {
    try bytes.withUnsafeBytes { try SecretBytes(copying: $0) }
  }

  private func bytes(_ key: SymmetricKey) -> [UInt8] { key.withUnsafeBytes { Array($0) } }

  @Test("public areas are read and written as they came, names are made of that, and the keys are of the right kind")
  func names() throws {
    #expect(vectors.count == 3)
    for vector in vectors {
      let (endorsementWire, attestationWire) = (try hex(vector.endorsement_key), try hex(vector.attestation_key))
      let endorsementKey = try PublicArea(sizedWire: endorsementWire)
      let attestationKey = try PublicArea(sizedWire: attestationWire)
      #expect(endorsementKey.sizedWire == endorsementWire, "\(vector.name)")
      #expect(attestationKey.sizedWire == attestationWire, "\(vector.name)")
      try KeyKind.checkEndorsementKey(endorsementKey)
      try KeyKind.checkAttestationKey(attestationKey)
      #expect(attestationKey.name.bytes == (try hex(vector.attestation_name)), "\(vector.name)")
      let parent = try #require(endorsementKey.qualifiedName(below: Name(handle: 0x4000_000B).bytes))
      #expect(attestationKey.qualifiedName(below: parent) == (try hex(vector.qualified_name)), "\(vector.name)")
    }
  }

  @Test("the seed is agreed on with a P-256 key, also where a coordinate is short, and encrypted to an RSA key")
  func seeds() throws {
    for vector in vectors {
      let endorsementKey = try PublicArea(sizedWire: hex(vector.endorsement_key))
      let (seed, encrypted) = (try hex(vector.seed), try hex(vector.encrypted_secret))
      switch endorsementKey.content {
      case .ecc:
        let shared = try shared(vector, for: endorsementKey)
        #expect(bytes(shared.key) == seed, "\(vector.name)")
        #expect(shared.encrypted == encrypted, "\(vector.name)")
      case .rsa(let parameters, let modulus):
        let key = try RSAPublicKey(modulus: modulus, exponent: parameters.exponent)
        let oaep = OAEP(.sha256, label: "IDENTITY")
        var writer = WireWriter()
        writer.sized(try oaep.encrypt(secret(seed), to: key, seed: hex(vector.oaep_seed)))
        #expect(writer.bytes == encrypted, "\(vector.name)")
      default: Issue.record("\(vector.name): neither ECC nor RSA")
      }
    }
  }

  @Test("the secret is wrapped for the attestation key's name, to the byte")
  func blobs() throws {
    for vector in vectors {
      let endorsementKey = try PublicArea(sizedWire: hex(vector.endorsement_key))
      let name = try Name(wire: hex(vector.attestation_name))
      let seed = SymmetricKey(data: try hex(vector.seed))
      let storage = try KDFa.key(.sha256, key: seed, label: "STORAGE", contextU: name.bytes, bits: 128)
      #expect(bytes(storage) == (try hex(vector.symmetric_key)), "\(vector.name)")
      let integrity = try KDFa.key(.sha256, key: seed, label: "INTEGRITY", bits: 256)
      #expect(bytes(integrity) == (try hex(vector.integrity_key)), "\(vector.name)")

      let (plain, blob) = (try hex(vector.secret), try hex(vector.credential_blob))
      var writer = WireWriter()
      let inner = try secret([0, UInt8(plain.count)] + plain)
      writer.sized(try OuterWrap.wrap(inner, seed: seed, for: endorsementKey, binding: name))
      #expect(writer.bytes == blob, "\(vector.name)")
      guard vector.ephemeral_private_key != nil else { continue }
      let credential = try Credential.make(
        secret(plain), for: endorsementKey, name: name, seed: shared(vector, for: endorsementKey))
      #expect(credential.blob == blob, "\(vector.name)")
      #expect(credential.encryptedSeed == (try hex(vector.encrypted_secret)), "\(vector.name)")
    }
  }

  private func shared(
    _ vector: RecordedVectors.ByteStrings.Credential, for endorsementKey: PublicArea
  ) throws -> SharedSeed {
    let text = try #require(vector.ephemeral_private_key)
    let ephemeral = try P256.KeyAgreement.PrivateKey(pemRepresentation: text)
    return try SharedSeed(for: endorsementKey, .identity, ephemeral: ephemeral)
  }
}
