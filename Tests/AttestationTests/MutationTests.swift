import Crypto
import Foundation
import NodeIdentity
import SecretMemory
import TPM2
import TPMStructures
import TestSupport
import Testing

@testable import Attestation

/// Every bit of what three keys may do, and every field of what is signed: each wrong alone, and refused by its name.
@Suite(
  "One wrong bit, one wrong field",
  .enabled(if: CertifiedTPM.areInstalled, "swtpm, swtpm_setup or tpm2-tools is not installed"), .serialized,
  .timeLimit(.minutes(20)))
struct MutationTests {
  private let data = [UInt8](repeating: 0x5A, count: 32)

  /// One of the three keys, what it needs and what it must not have.
  private struct Key {
    var area: WritableKeyPath<TPMEvidence, PublicArea>
    var needed: ObjectAttributes
    var forbidden: ObjectAttributes
    var refusal: (String) -> AttestationRefusal
    /// What is said of a bit that is of no account by itself: the key has another name with it.
    var renamed: AttestationRefusal
  }

  private static let madeAndKept: ObjectAttributes = [.fixedTPM, .fixedParent, .sensitiveDataOrigin]
  private static var keys: [Key] {
    [
      Key(
        area: \.endorsementKey, needed: madeAndKept.union([.restricted, .decrypt]),
        forbidden: [.signEncrypt, .x509Sign, .encryptedDuplication], refusal: { .endorsementKey($0) },
        renamed: .qualifiedSigner),
      Key(
        area: \.attestationKey, needed: madeAndKept.union([.restricted, .signEncrypt]),
        forbidden: [.decrypt, .x509Sign], refusal: { .attestationKey($0) }, renamed: .qualifiedSigner),
      Key(
        area: \.tlsKey, needed: madeAndKept.union(.signEncrypt), forbidden: [.restricted, .decrypt, .x509Sign],
        refusal: { .tlsKey($0) }, renamed: .certifiedName),
    ]
  }

  @Test("each of the 32 attribute bits of each key, turned over, is refused for what it is", arguments: [true, false])
  func attributes(_ isCertified: Bool) async throws {
    let tpm = try await CertifiedTPM(certified: isCertified)
    // By name a changed key would not be the registered one; by its public key it is, as by a certificate.
    var anchors = isCertified ? tpm.vendorAnchors : EndorsementAnchors()
    if !isCertified {
      try anchors.register(publicKeyInfo: try #require(tpm.evidence.endorsementKey.subjectPublicKeyInfo))
    }
    let verifier = AttestationVerifier(anchors: anchors)
    let honest = try await verifier.examine(tpm.evidence, tlsKey: .next, at: CertifiedTPM.now)
    let challenge = try Challenge(for: honest)
    let answer = try await tpm.node.answer(
      challenge.credential, qualifyingData: data, attestationKey: tpm.attestationKey, tlsKey: tpm.tlsKey)
    _ = try verifier.verify(answer, to: challenge, qualifyingData: data)
    var refused = 0
    for key in Self.keys {
      for bit in 0..<32 as Range<UInt32> {
        let attribute = ObjectAttributes(rawValue: 1 << bit)
        var evidence = tpm.evidence
        evidence[keyPath: key.area].attributes.formSymmetricDifference(attribute)
        let expected: AttestationRefusal? =
          if key.needed.contains(attribute) {
            key.refusal("it lacks \(attribute)")
          } else if key.forbidden.contains(attribute) {
            key.refusal("it has \(attribute)")
          } else {
            nil
          }
        do throws(AttestationRefusal) {
          let keys = try await verifier.examine(evidence, tlsKey: .next, at: CertifiedTPM.now)
          #expect(expected == nil, "\(attribute) was let through")
          // Suppose that the TPM had released the secret all the same.
          let other = try Challenge(for: keys)
          var lie = answer
          lie.activatedSecret = other.secret.withUnsafeBytes { Array($0) }
          _ = try verifier.verify(lie, to: other, qualifyingData: data)
          Issue.record("\(attribute), turned over, was accepted")
        } catch {
          #expect(error == expected ?? key.renamed, "\(attribute)")
          refused += 1
        }
      }
    }
    #expect(refused == 96)
  }

  @Test("each field of what an attestation key signs, changed and signed again, is refused by its name")
  func fields() async throws {
    let tpm = try await CertifiedTPM(certified: false)
    // The attestation key is here in software, so that it signs whatever this test likes; all else is the TPM's.
    let signer = P256.Signing.PrivateKey()
    var evidence = tpm.evidence
    guard case .ecc(let parameters, _) = evidence.attestationKey.content else { return }
    let raw = [UInt8](signer.publicKey.rawRepresentation)
    evidence.attestationKey.content = .ecc(parameters, ECCPoint(x: Array(raw[..<32]), y: Array(raw[32...])))
    var anchors = EndorsementAnchors()
    try anchors.register(evidence.endorsementKey)
    let verifier = AttestationVerifier(anchors: anchors)
    let challenge = try Challenge(for: try await verifier.examine(evidence, tlsKey: .next, at: CertifiedTPM.now))
    let secret = challenge.secret.withUnsafeBytes { Array($0) }
    // TPM 2.0 part 1, 16: a qualified name is the name's algorithm and the hash of the parent's qualified name and the
    // name; a hierarchy's is its handle.
    func below(_ parent: [UInt8], _ name: Name) -> [UInt8] {
      [0x00, 0x0B] + Array(SHA256.hash(data: parent + name.bytes))
    }
    let endorsement = below([0x40, 0x00, 0x00, 0x0B], evidence.endorsementKey.name)
    let owner = below([0x40, 0x00, 0x00, 0x01], evidence.endorsementKey.name)
    let attestation = below(endorsement, evidence.attestationKey.name)

    func refusal(
      magic: [UInt8] = [0xFF, 0x54, 0x43, 0x47], type: [UInt8] = [0x80, 0x17], signer named: [UInt8]? = nil,
      extra: [UInt8]? = nil, certified: Name? = nil, tail: [UInt8] = [], by key: P256.Signing.PrivateKey? = nil
    ) throws -> AttestationRefusal? {
      func sized(_ bytes: [UInt8]) -> [UInt8] { [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes }
      // TPMS_ATTEST, part 2, 10.12.12, written by hand.
      let clock: [UInt8] = [0, 0, 0, 0, 0, 0, 3, 0xE8] + [0, 0, 0, 1] + [0, 0, 0, 0] + [1]
      let name = certified ?? evidence.tlsKey.name
      let wire =
        magic + type + sized(named ?? attestation) + sized(extra ?? data) + clock + [UInt8](repeating: 0, count: 8)
        + sized(name.bytes) + sized(name.bytes) + tail
      let signature = [UInt8](try (key ?? signer).signature(for: wire).rawRepresentation)
      let sent = ChallengeAnswer(
        activatedSecret: secret, certifyInfo: wire,
        certifySignature: try #require(Signature(ecdsaP256: signature)).wire)
      do throws(AttestationRefusal) {
        _ = try verifier.verify(sent, to: challenge, qualifyingData: data)
        return nil
      } catch {
        return error
      }
    }
    func isNotCertified(_ refusal: AttestationRefusal?) -> Bool {
      if case .notCertified? = refusal { return true }
      return false
    }
    #expect(try refusal() == nil)
    #expect(isNotCertified(try refusal(magic: [0xFF, 0x54, 0x43, 0x46])))
    #expect(isNotCertified(try refusal(magic: [0x00, 0x00, 0x00, 0x00])))
    // TPM_ST_ATTEST_QUOTE, _CREATION, _TIME, and what is no attestation.
    for type in [[0x80, 0x18], [0x80, 0x1A], [0x80, 0x19], [0x80, 0x01]] as [[UInt8]] {
      #expect(isNotCertified(try refusal(type: type)), "\(type)")
    }
    #expect(isNotCertified(try refusal(tail: [0])))
    #expect(try refusal(extra: []) == .qualifyingData)
    #expect(try refusal(extra: data + [0]) == .qualifyingData)
    #expect(try refusal(extra: [0x5B] + data.dropFirst()) == .qualifyingData)
    #expect(try refusal(certified: evidence.attestationKey.name) == .certifiedName)
    #expect(try refusal(certified: evidence.endorsementKey.name) == .certifiedName)
    #expect(try refusal(signer: endorsement) == .qualifiedSigner)
    #expect(try refusal(signer: below(owner, evidence.attestationKey.name)) == .qualifiedSigner)
    #expect(try refusal(signer: evidence.attestationKey.name.bytes) == .qualifiedSigner)
    #expect(try refusal(signer: []) != nil)
    #expect(try refusal(by: P256.Signing.PrivateKey()) == .signature("it does not verify"))
  }
}
