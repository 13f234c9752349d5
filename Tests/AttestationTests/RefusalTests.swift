import Crypto
import Foundation
import NodeIdentity
import SecretMemory
import SwiftASN1
import TPM2
import TPMStructures
import TestSupport
import Testing
import X509

@testable import Attestation

/// One honest evidence and answer of a certified simulated TPM, from which every test differs in one thing.
@Suite(
  "Evidence and answers that are refused",
  .enabled(if: CertifiedTPM.areInstalled, "swtpm, swtpm_setup or tpm2-tools is not installed"), .serialized,
  .timeLimit(.minutes(20)))
struct RefusalTests {
  private let data = [UInt8](repeating: 0x5A, count: 32)

  @Test("each change of the evidence is refused for what it is")
  func evidenceChanges() async throws {
    let tpm = try await CertifiedTPM()
    let verifier = AttestationVerifier(anchors: tpm.vendorAnchors)
    _ = try await verifier.examine(
      tpm.evidence, tlsKey: .ofThisSession(tpm.tlsKey.publicKeyInfo), at: CertifiedTPM.now)
    for change in EvidenceChange.all {
      let what = change.what
      var evidence = tpm.evidence
      change.apply(&evidence)
      #expect(evidence != tpm.evidence, "\(what)")
      let refusal = await #expect(throws: AttestationRefusal.self, "\(what)") {
        try await verifier.examine(evidence, tlsKey: .ofThisSession(tpm.tlsKey.publicKeyInfo), at: CertifiedTPM.now)
      }
      #expect(refusal == change.refusal, "\(what)")
    }
    try await certificateChanges(tpm)
  }

  private func certificateChanges(_ tpm: CertifiedTPM) async throws {
    func refusal(
      _ anchors: EndorsementAnchors, _ der: [UInt8]? = nil, at now: Int64 = CertifiedTPM.now
    ) async
      -> AttestationRefusal?
    {
      var evidence = tpm.evidence
      if let der { evidence.endorsementCertificates = [der] }
      return await #expect(throws: AttestationRefusal.self) {
        try await AttestationVerifier(anchors: anchors).examine(evidence, tlsKey: .next, at: now)
      }
    }
    let (root, issuer) = (tpm.authorities[0], tpm.authorities[1])
    // An authority that is not configured, and a chain with a gap.
    #expect(await refusal(EndorsementAnchors()) == .endorsementKeyUnproven)
    #expect(await refusal(EndorsementAnchors(vendorRoots: [root])) == .endorsementKeyUnproven)
    // Before it was made.
    let early = await refusal(tpm.vendorAnchors, at: 1_000_000_000)
    guard case .endorsementCertificate = early else {
      Issue.record("\(String(describing: early))")
      return
    }
    // Certificates of that very key from authorities that nobody knows, or for something else.
    let foreign = P256.Signing.PrivateKey()
    let name = issuer.subject
    let forged = try endorsementCertificate(tpm.evidence, issuer: name, by: .init(foreign))
    #expect(await refusal(tpm.vendorAnchors, try forged.der) == .endorsementKeyUnproven)
    let own = P256.Signing.PrivateKey()
    let authority = try authority(own)
    let anchors = EndorsementAnchors(vendorRoots: [authority])
    let good = try endorsementCertificate(tpm.evidence, issuer: authority.subject, by: .init(own))
    var evidence = tpm.evidence
    evidence.endorsementCertificates = [try good.der]
    #expect(
      try await AttestationVerifier(anchors: anchors).examine(evidence, tlsKey: .next, at: CertifiedTPM.now).assurance
        == .hardwareTPM)
    let server = try endorsementCertificate(
      tpm.evidence, issuer: authority.subject, by: .init(own), usage: .serverAuth)
    guard case .endorsementCertificate(let words)? = await refusal(anchors, try server.der) else {
      Issue.record("a server's certificate was accepted")
      return
    }
    #expect(words.contains("2.23.133.8.1"))
    guard case .malformed? = await refusal(anchors, [0x30, 0x00]) else {
      Issue.record("no certificate at all was accepted")
      return
    }
  }

  @Test("each change of the answer is refused for what it is")
  func answerChanges() async throws {
    let tpm = try await CertifiedTPM()
    let verifier = AttestationVerifier(anchors: tpm.vendorAnchors)
    let keys = try await verifier.examine(tpm.evidence, tlsKey: .next, at: CertifiedTPM.now)
    let challenge = try Challenge(for: keys)
    let honest = try await tpm.node.answer(
      challenge.credential, qualifyingData: data, attestationKey: tpm.attestationKey, tlsKey: tpm.tlsKey)
    _ = try verifier.verify(honest, to: challenge, qualifyingData: data)
    func refusal(
      _ change: (inout ChallengeAnswer) throws -> Void = { _ in }, to other: Challenge? = nil, _ data: [UInt8]? = nil
    ) throws -> AttestationRefusal? {
      var answer = honest
      try change(&answer)
      return #expect(throws: AttestationRefusal.self) {
        try verifier.verify(answer, to: other ?? challenge, qualifyingData: data ?? self.data)
      }
    }
    #expect(try refusal { $0.activatedSecret[31] ^= 1 } == .secret)
    #expect(try refusal { $0.activatedSecret.removeLast() } == .secret)
    #expect(try refusal { $0.activatedSecret = [] } == .secret)
    // An old nonce, another node's UID, another session: all are in the 32 bytes.
    #expect(try refusal({ _ in }, [UInt8](repeating: 0x5A, count: 31) + [0x5B]) == .qualifyingData)
    #expect(try refusal({ _ in }, []) == .qualifyingData)
    // A replay in another challenge.
    #expect(try refusal(to: try Challenge(for: keys)) == .secret)
    for index in [0, 4, 6, 40, honest.certifyInfo.count - 1] {
      #expect(try refusal { $0.certifyInfo[index] ^= 1 } == .signature("it does not verify"))
    }
    #expect(try refusal { $0.certifySignature[20] ^= 1 } == .signature("it does not verify"))
    guard case .malformed? = try refusal({ $0.certifySignature = [] }) else {
      Issue.record("no signature was accepted")
      return
    }
    try await signedByTheTPM(tpm, verifier, honest, challenge)
  }

  @Test("every flipped bit and every cut of an answer is refused")
  func flips() async throws {
    let tpm = try await CertifiedTPM(certified: false)
    var anchors = EndorsementAnchors()
    try anchors.register(tpm.evidence.endorsementKey)
    let verifier = AttestationVerifier(anchors: anchors)
    let challenge = try Challenge(for: try await verifier.examine(tpm.evidence, tlsKey: .next, at: CertifiedTPM.now))
    let honest = try await tpm.node.answer(
      challenge.credential, qualifyingData: data, attestationKey: tpm.attestationKey, tlsKey: tpm.tlsKey)
    _ = try verifier.verify(honest, to: challenge, qualifyingData: data)
    var refused = 0
    for part in [\ChallengeAnswer.activatedSecret, \.certifyInfo, \.certifySignature] {
      let bytes = honest[keyPath: part]
      var changed = bytes.indices.map { index in
        var copy = bytes
        copy[index] ^= 1 << UInt8(index % 8)
        return copy
      }
      changed += bytes.indices.map { Array(bytes[..<$0]) } + [bytes + [0]]
      for other in changed {
        var answer = honest
        answer[keyPath: part] = other
        #expect(throws: AttestationRefusal.self) {
          try verifier.verify(answer, to: challenge, qualifyingData: data)
        }
        refused += 1
      }
    }
    #expect(refused > 400)
    // Evidence that is cut, or not a public area at all.
    let wire = tpm.evidence.attestationKey.sizedWire
    for cut in 0..<wire.count {
      let refusal = #expect(throws: AttestationRefusal.self) {
        try TPMEvidence(
          endorsementCertificates: [], endorsementKey: wire, attestationKey: Array(wire[..<cut]), tlsKey: wire)
      }
      guard case .malformed("the attestation key", _)? = refusal else {
        Issue.record("\(String(describing: refusal))")
        return
      }
    }
    #expect(throws: AttestationRefusal.self) {
      try TPMEvidence(
        endorsementCertificates: [[UInt8]](repeating: [], count: 9), endorsementKey: wire, attestationKey: wire,
        tlsKey: wire)
    }
  }

  /// What the TPM itself signs for whoever misuses it.
  private func signedByTheTPM(
    _ tpm: CertifiedTPM, _ verifier: AttestationVerifier, _ honest: ChallengeAnswer, _ challenge: Challenge
  ) async throws {
    let (data, key, tls) = (data, tpm.attestationKey, try #require(tpm.tlsKey.tpmObject))
    let other = try #require(try await tpm.node.makeKey().tpmObject)
    let pcrs = try PCRSelection(.sha256, [0])
    let made = try await tpm.node.tpm.perform { (context: TPMContext) throws(TPMError) in
      let endorsement = try context.createPrimary(.rsaEndorsementKey, in: .endorsement).object
      let session = try context.startAuthSession(.policy)
      try context.policySecret(session, entity: .endorsement)
      let signer = try context.load(key.object, parent: endorsement, authorization: .session(session))
      try context.flush(endorsement)
      let root = try context.entity(handle: 0x8100_0001)
      let quote = try context.quote(pcrs, key: signer, qualifyingData: data)
      let wrongKey = try context.scope { () throws(TPMError) in
        try context.certify(try context.load(other, parent: root), key: signer, qualifyingData: data)
      }
      let unrestricted = try context.scope { () throws(TPMError) in
        try context.flush(signer)
        let tlsKey = try context.load(tls, parent: root)
        return try context.certify(tlsKey, key: tlsKey, qualifyingData: data)
      }
      return (quote, wrongKey, unrestricted)
    }
    func refusal(_ signed: SignedAttestation) -> AttestationRefusal? {
      #expect(throws: AttestationRefusal.self) {
        try verifier.verify(
          ChallengeAnswer(
            activatedSecret: honest.activatedSecret, certifyInfo: signed.attested,
            certifySignature: signed.signature.wire),
          to: challenge, qualifyingData: data)
      }
    }
    #expect(refusal(made.0) == .notCertified("its type is not TPM_ST_ATTEST_CERTIFY"))
    #expect(refusal(made.1) == .certifiedName)
    #expect(refusal(made.2) == .signature("it does not verify"))
  }

  @Test("a forged attestation that an attacker's own key signed is refused, magic or not")
  func forged() async throws {
    let tpm = try await CertifiedTPM(certified: false)
    // The attacker holds an attestation key in software and says that it is a TPM's, with an endorsement key of his
    // own.
    let (endorsement, attestation) = (P256.KeyAgreement.PrivateKey(), P256.Signing.PrivateKey())
    var evidence = tpm.evidence
    func point(_ raw: Data) -> ECCPoint { ECCPoint(x: Array(raw.prefix(32)), y: Array(raw.suffix(32))) }
    guard case .ecc(let parameters, _) = evidence.attestationKey.content,
      case .ecc(let endorsementParameters, _) = evidence.endorsementKey.content
    else { return }
    evidence.attestationKey.content = .ecc(parameters, point(attestation.publicKey.rawRepresentation))
    var registered = EndorsementAnchors()
    try registered.register(tpm.evidence.endorsementKey)
    let verifier = AttestationVerifier(anchors: registered)
    // With the true endorsement key he cannot read the secret; suppose that he could.
    let challenge = try Challenge(
      for: try await verifier.examine(evidence, tlsKey: .next, at: CertifiedTPM.now))
    let secret = challenge.secret.withUnsafeBytes { Array($0) }
    for magic in [Attest.magic, 0xFF54_4348] {
      let attest = Attest(
        qualifiedSigner: Name(handle: 0x4000_000B), extraData: data,
        clockInfo: .init(clock: 1, resetCount: 1, restartCount: 1, safe: true), firmwareVersion: 1,
        attested: .certify(evidence.tlsKey.name, qualifiedName: evidence.tlsKey.name))
      var wire = attest.wire
      wire[3] = UInt8(truncatingIfNeeded: magic)
      let raw = [UInt8](try attestation.signature(for: wire).rawRepresentation)
      let signature = try #require(Signature(ecdsaP256: raw))
      let refusal = #expect(throws: AttestationRefusal.self) {
        try verifier.verify(
          ChallengeAnswer(activatedSecret: secret, certifyInfo: wire, certifySignature: signature.wire), to: challenge,
          qualifyingData: data)
      }
      if magic == Attest.magic {
        #expect(refusal == .qualifiedSigner)
      } else {
        guard case .notCertified? = refusal else {
          Issue.record("\(String(describing: refusal))")
          continue
        }
      }
    }
    // His own endorsement key is not a TPM's.
    evidence.endorsementKey.content = .ecc(endorsementParameters, point(endorsement.publicKey.rawRepresentation))
    let own = evidence
    let refusal = await #expect(throws: AttestationRefusal.self) {
      try await verifier.examine(own, tlsKey: .next, at: CertifiedTPM.now)
    }
    #expect(refusal == .endorsementKeyUnproven)
  }

  @Test("a challenge is good once, in its session, and for 60 seconds")
  func challenges() async throws {
    let tpm = try await CertifiedTPM(certified: false)
    var anchors = EndorsementAnchors()
    try anchors.register(tpm.evidence.endorsementKey)
    let keys = try await AttestationVerifier(anchors: anchors).examine(
      tpm.evidence, tlsKey: .next, at: CertifiedTPM.now)
    var book = ChallengeBook()
    let (first, second) = (try Challenge(for: keys), try Challenge(for: keys))
    #expect(first.nonce.count == 32 && first.nonce != second.nonce)
    book.issue(first, session: [1], at: .seconds(100))
    #expect(throws: AttestationRefusal.challengeUnknown) { try book.take(session: [2], at: .seconds(100)) }
    #expect(try book.take(session: [1], at: .seconds(160)).nonce == first.nonce)
    // A replayed reply.
    #expect(throws: AttestationRefusal.challengeUnknown) { try book.take(session: [1], at: .seconds(160)) }
    book.issue(first, session: [1], at: .seconds(100))
    book.issue(second, session: [1], at: .seconds(101))
    #expect(try book.take(session: [1], at: .seconds(102)).nonce == second.nonce)
    book.issue(first, session: [1], at: .seconds(100))
    #expect(throws: AttestationRefusal.challengeExpired(61)) { try book.take(session: [1], at: .seconds(161)) }
    // Late is late, and void too.
    #expect(throws: AttestationRefusal.challengeUnknown) { try book.take(session: [1], at: .seconds(150)) }
    book.issue(first, session: [1], at: .seconds(100))
    #expect(throws: AttestationRefusal.challengeExpired(-1)) { try book.take(session: [1], at: .seconds(99)) }
    for session in 0..<5 { book.issue(first, session: [UInt8(session)], at: .seconds(100 + session)) }
    book.forget(session: [4])
    book.sweep(at: .seconds(162))
    #expect(book.count == 2)
  }

  private func authority(_ key: P256.Signing.PrivateKey) throws -> Certificate {
    let name = try DistinguishedName { CommonName("test vendor") }
    return try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey), notValidBefore: .now - 3600,
      notValidAfter: .now + 3600, issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try .init { Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil)) },
      issuerPrivateKey: .init(key))
  }

  private func endorsementCertificate(
    _ evidence: TPMEvidence, issuer: DistinguishedName, by key: Certificate.PrivateKey,
    usage: ExtendedKeyUsage.Usage = .init(oid: [2, 23, 133, 8, 1])
  ) throws -> Certificate {
    let info = try #require(evidence.endorsementKey.subjectPublicKeyInfo)
    return try Certificate(
      version: .v3, serialNumber: .init(), publicKey: try .init(derEncoded: info), notValidBefore: .now - 3600,
      notValidAfter: .now + 3600, issuer: issuer, subject: DistinguishedName(), signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try .init {
        Critical(BasicConstraints.notCertificateAuthority)
        try ExtendedKeyUsage([usage])
      }, issuerPrivateKey: key)
  }
}
