import Crypto
import Foundation
import LicenseProtocol
import SwiftProtobuf
import Testing

@Suite("Byte strings against vectors that were made without this package")
struct ByteStringTests {
  let vectors: RecordedVectors.ByteStrings

  init() throws { vectors = try RecordedVectors.byteStrings() }

  private func binding() throws -> SessionBinding {
    try SessionBinding(
      sessionID: hex(vectors.binding.session_id), clientCertificate: hex(vectors.binding.client_certificate),
      serverCertificate: hex(vectors.binding.server_certificate))
  }

  @Test("the session binding is session id, client's digest, server's digest")
  func sessionBinding() throws {
    #expect(try binding().bytes == hex(vectors.binding.bytes))
  }

  @Test("qualifying data: every case of the vectors, and none equal to another")
  func qualifyingData() throws {
    var seen = Set<[UInt8]>()
    for vector in vectors.qualifying_data {
      let made = try QualifyingData(
        purpose: vector.label == "lowlayer.attest-next.v1" ? .nextKey : .sessionKey, nonce: hex(vector.nonce),
        fingerprint: hex(vector.fingerprint), nodeUID: vector.node_uid, binding: binding())
      #expect(made.bytes == (try hex(vector.qualifying_data)), "\(vector.name)")
      seen.insert(made.bytes)
    }
    #expect(seen.count == 4)
  }

  @Test("a nonce or session id of another length, or a field above 65,535 bytes, makes no byte string")
  func lengths() throws {
    let binding = try binding()
    #expect(throws: ByteStringError.length(of: "nonce", expected: 32, found: 31)) {
      try QualifyingData(nonce: [UInt8](repeating: 0, count: 31), fingerprint: [], nodeUID: "", binding: binding)
    }
    #expect(throws: ByteStringError.length(of: "session_id", expected: 32, found: 0)) {
      try SessionBinding(sessionID: [], clientCertificate: [1], serverCertificate: [2])
    }
    #expect(throws: ByteStringError.fieldTooLong(65_536)) {
      try QualifyingData(
        nonce: [UInt8](repeating: 0, count: 32), fingerprint: [], nodeUID: String(repeating: "u", count: 65_536),
        binding: binding)
    }
  }

  @Test("fingerprints: absent facts are empty, and the order in which facts are given does not matter")
  func fingerprints() throws {
    for vector in vectors.fingerprints {
      let facts = try vector.facts.map { (name: $0.name, digest: try $0.digest.map { try hex($0) }) }
      let expected = try hex(vector.fingerprint)
      #expect(try FingerprintBytes(facts).bytes == expected, "\(vector.name)")
      #expect(try FingerprintBytes(facts.reversed()).bytes == expected, "\(vector.name), reversed")
      var message = Lowlayer_Agent_V1_HardwareFacts()
      message.facts = facts.map { fact in
        .with {
          $0.name = fact.name
          $0.digest = Data(fact.digest ?? [])
        }
      }
      #expect(try FingerprintBytes(message).bytes == expected, "\(vector.name), from a Hello")
    }
  }

  @Test("a fact that is named twice, and a digest that is none, are refused")
  func brokenFacts() {
    #expect(throws: ByteStringError.duplicateFact("tpm-ek")) {
      try FingerprintBytes([("tpm-ek", nil), ("product-uuid", nil), ("tpm-ek", nil)])
    }
    #expect(throws: ByteStringError.length(of: "tpm-ek", expected: 32, found: 1)) {
      try FingerprintBytes([("tpm-ek", [1])])
    }
  }

  @Test("a grant that OpenSSL signed is read as protoc wrote it; under another label, key or byte it is not believed")
  func grant() throws {
    let vector = vectors.grant
    var sent = Lowlayer_Agent_V1_LicenseGrant()
    sent.signed = Data(try hex(vector.signed))
    sent.signature = Data(try hex(vector.signature))
    let key = try hex(vector.public_key)
    let read = try GrantSignature.verify(sent, key: key)
    #expect(read == (try Lowlayer_Agent_V1_Grant(textFormatString: vector.text)))
    #expect(GrantSignature.digest(of: sent) == (try hex(vector.digest)))

    #expect(throws: SignatureError.mismatch) {
      try GrantSignature.verify(sent, key: hex(vectors.entitlement.public_key))
    }
    #expect(throws: SignatureError.unreadableKey) { try GrantSignature.verify(sent, key: [1, 2, 3]) }
    var forged = sent
    forged.signature = Data(try hex(vector.signature_of_other_label))
    #expect(throws: SignatureError.mismatch) { try GrantSignature.verify(forged, key: key) }
    forged.signature = Data([0x30, 0])
    #expect(throws: SignatureError.unreadableSignature) { try GrantSignature.verify(forged, key: key) }
    for index in sent.signed.indices {
      var changed = sent
      changed.signed[index] ^= 1
      #expect(throws: SignatureError.mismatch) { try GrantSignature.verify(changed, key: key) }
    }
  }

  @Test("an entitlement that OpenSSL signed is read as protoc wrote it; under another label it is not believed")
  func entitlement() throws {
    let vector = vectors.entitlement
    var sent = Lowlayer_Keyserver_V1_EntitlementUpdate()
    sent.signed = Data(try hex(vector.signed))
    sent.signature = Data(try hex(vector.signature))
    let read = try EntitlementSignature.verify(sent, key: hex(vector.public_key))
    #expect(read == (try Lowlayer_Keyserver_V1_Entitlement(textFormatString: vector.text)))
    sent.signature = Data(try hex(vector.signature_of_other_label))
    #expect(throws: SignatureError.mismatch) { try EntitlementSignature.verify(sent, key: hex(vector.public_key)) }
  }

  @Test("what is signed here verifies with the public key of the vectors, and serializes as protoc did")
  func signing() throws {
    let grant = try Lowlayer_Agent_V1_Grant(textFormatString: vectors.grant.text)
    let made = try GrantSignature.sign(
      grant, with: P256.Signing.PrivateKey(pemRepresentation: vectors.grant.private_key))
    #expect(Array(made.signed) == (try hex(vectors.grant.signed)))
    #expect(try GrantSignature.verify(made, key: hex(vectors.grant.public_key)) == grant)

    let allowed = try Lowlayer_Keyserver_V1_Entitlement(textFormatString: vectors.entitlement.text)
    let sent = try EntitlementSignature.sign(
      allowed, with: P256.Signing.PrivateKey(pemRepresentation: vectors.entitlement.private_key))
    #expect(Array(sent.signed) == (try hex(vectors.entitlement.signed)))
    #expect(try EntitlementSignature.verify(sent, key: hex(vectors.entitlement.public_key)) == allowed)
  }
}
