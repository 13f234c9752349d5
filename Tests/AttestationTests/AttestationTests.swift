import Attestation
import Crypto
import Foundation
import NodeIdentity
import SecretMemory
import TPM2
import TPMStructures
import TestSupport
import Testing
import X509

@Suite(
  "Attestation on swtpm, certified by swtpm's own authority",
  .enabled(if: CertifiedTPM.areInstalled, "swtpm, swtpm_setup or tpm2-tools is not installed"), .serialized,
  .timeLimit(.minutes(20)))
struct AttestationTests {
  private let data = [UInt8](repeating: 0x5A, count: 32)

  @Test("a TPM whose certificate chains to an authority is graded by whose authority that is")
  func grades() async throws {
    let tpm = try await CertifiedTPM()
    let (root, issuer) = (tpm.authorities[0], tpm.authorities[1])
    #expect(tpm.evidence.endorsementKey.type == .rsa)
    #expect(tpm.evidence.endorsementCertificates.count == 1)
    var registered = EndorsementAnchors()
    try registered.register(tpm.evidence.endorsementKey)
    var both = registered
    both.virtualAuthorities = [root]
    both.intermediates = [issuer]
    let cases: [(EndorsementAnchors, Assurance)] = [
      (EndorsementAnchors(vendorRoots: [root], intermediates: [issuer]), .hardwareTPM),
      (EndorsementAnchors(virtualAuthorities: [root], intermediates: [issuer]), .virtualTPM),
      (EndorsementAnchors(vendorRoots: [root], virtualAuthorities: [root], intermediates: [issuer]), .virtualTPM),
      (registered, .hardwareTPM), (both, .virtualTPM),
    ]
    for (anchors, assurance) in cases {
      let key = try await attest(tpm, AttestationVerifier(anchors: anchors))
      #expect(key.assurance == assurance)
      #expect(key.tlsKey == tpm.tlsKey.publicKeyInfo)
      #expect(key.endorsementKeyName == tpm.evidence.endorsementKey.name)
    }
  }

  @Test("the clock is the TPM's own, not obfuscated, and a restart moves it forwards")
  func clock() async throws {
    let tpm = try await CertifiedTPM()
    let verifier = AttestationVerifier(anchors: tpm.vendorAnchors)
    let first = try await attest(tpm, verifier)
    let read = try await tpm.node.tpm.perform { (context: TPMContext) throws(TPMError) in try context.readClock() }
    #expect(first.clockInfo.resetCount == read.clockInfo.resetCount)
    #expect(first.clockInfo.restartCount == read.clockInfo.restartCount)
    #expect(first.clockInfo.clock <= read.clockInfo.clock)
    await tpm.node.tpm.close()
    try tpm.software.restart()
    let second = try await attest(tpm, verifier)
    #expect(second.clockInfo.resetCount == first.clockInfo.resetCount + 1)
    // What swtpm had not saved when it was killed may be missing: 2^22 ms at most.
    #expect(second.clockInfo.clock + 1 << 22 >= first.clockInfo.clock)
  }

  @Test("a registered TPM without a certificate proves itself by its ECC key; one that nobody registered does not")
  func registered() async throws {
    let tpm = try await CertifiedTPM(certified: false)
    #expect(tpm.evidence.endorsementKey.type == .ecc)
    var anchors = EndorsementAnchors()
    let unknown = await #expect(throws: AttestationRefusal.self) {
      try await attest(tpm, AttestationVerifier(anchors: anchors))
    }
    #expect(unknown == .endorsementKeyUnproven)
    try anchors.register(tpm.evidence.endorsementKey)
    #expect(try await attest(tpm, AttestationVerifier(anchors: anchors)).assurance == .hardwareTPM)
    // A self-made endorsement key, as another TPM gives it, is not the registered one.
    let other = try await CertifiedTPM(certified: false)
    let selfMade = await #expect(throws: AttestationRefusal.self) {
      try await attest(other, AttestationVerifier(anchors: anchors))
    }
    #expect(selfMade == .endorsementKeyUnproven)
  }

  @Test("what tpm2-tools made, activated and certified is accepted, and for another nonce it is not")
  func tools() async throws {
    let tpm = try await CertifiedTPM(certified: false)
    try await tpm.tool("createek", "-c", "ek.ctx", "-G", "ecc", "-u", "ek.pub")
    try await tpm.tool(
      "createak", "-C", "ek.ctx", "-c", "ak.ctx", "-G", "ecc", "-g", "sha256", "-s", "ecdsa", "-u", "ak.pub"
    )
    try await tpm.tool("flushcontext", "-t")
    try await tpm.tool("createprimary", "-C", "o", "-G", "ecc", "-c", "srk.ctx")
    try await tpm.tool(
      "create", "-C", "srk.ctx", "-G", "ecc:ecdsa-sha256", "-a",
      "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign", "-u", "tls.pub", "-r", "tls.priv", "-c", "tls.ctx")
    try await tpm.tool("flushcontext", "-t")
    let evidence = try TPMEvidence(
      endorsementCertificates: [], endorsementKey: tpm.bytes("ek.pub"), attestationKey: tpm.bytes("ak.pub"),
      tlsKey: tpm.bytes("tls.pub"))
    #expect(evidence.endorsementKey == tpm.evidence.endorsementKey)
    var anchors = EndorsementAnchors()
    try anchors.register(evidence.endorsementKey)
    let verifier = AttestationVerifier(anchors: anchors)
    let challenge = try Challenge(for: try await verifier.examine(evidence, tlsKey: .next, at: CertifiedTPM.now))
    // The header of tpm2_makecredential(1): a magic number and version 1.
    try tpm.write(
      [0xBA, 0xDC, 0xC0, 0xDE, 0, 0, 0, 1] + challenge.credential.blob + challenge.credential.encryptedSeed,
      to: "credential")
    try await tpm.tool("startauthsession", "--policy-session", "-S", "session")
    try await tpm.tool("policysecret", "-S", "session", "-c", "e")
    try await tpm.tool(
      "activatecredential", "-c", "ak.ctx", "-C", "ek.ctx", "-i", "credential", "-o", "secret", "-P", "session:session")
    try await tpm.tool("flushcontext", "session")
    try await tpm.tool("flushcontext", "-t")
    try await tpm.tool("certify", "-c", "tls.ctx", "-C", "ak.ctx", "-g", "sha256", "-o", "attest", "-s", "signature")
    let answer = ChallengeAnswer(
      activatedSecret: try tpm.bytes("secret"), certifyInfo: try tpm.bytes("attest"),
      certifySignature: try tpm.bytes("signature"))
    // tpm2_certify(1) has no option for the qualifying data: these four bytes are in its source.
    let key = try verifier.verify(answer, to: challenge, qualifyingData: [0x00, 0xFF, 0x55, 0xAA])
    #expect(key.tlsKey == evidence.tlsKey.subjectPublicKeyInfo)
    #expect(key.assurance == .hardwareTPM)
    #expect(throws: AttestationRefusal.qualifyingData) {
      try verifier.verify(answer, to: challenge, qualifyingData: [0x00, 0xFF, 0x55, 0xAB])
    }
  }

  @Test(
    "a credential of tpm2_makecredential is activated, for both kinds of endorsement key",
    arguments: EndorsementKeyKind.allCases)
  func makeCredential(_ kind: EndorsementKeyKind) async throws {
    let tpm = try await CertifiedTPM(certified: false, below: kind)
    try tpm.write(tpm.evidence.endorsementKey.sizedWire, to: "ek.pub")
    try tpm.write(data, to: "secret")
    let made = try Command(
      [
        "tpm2_makecredential", "-T", "none", "-u", "ek.pub", "-s", "secret", "-n",
        "\(tpm.attestationKey.object.publicArea.name)", "-o", "credential",
      ], in: tpm.software.folder.url)
    #expect(made.status == 0, "\(made.errors)")
    let file = Array(try tpm.bytes("credential").dropFirst(8))
    let split = 2 + Int(file[0]) << 8 + Int(file[1])
    let answer = try await tpm.node.answer(
      Credential(blob: Array(file[..<split]), encryptedSeed: Array(file[split...])), qualifyingData: [1],
      attestationKey: tpm.attestationKey, tlsKey: tpm.tlsKey)
    #expect(answer.activatedSecret == data)
  }

  @Test("a lie about the attestation key is found out by the TPM: the credential names a key that it does not hold")
  func lies() async throws {
    let tpm = try await CertifiedTPM(certified: false)
    var anchors = EndorsementAnchors()
    try anchors.register(tpm.evidence.endorsementKey)
    // In truth restricted to this TPM; offered as if it were also protected against dictionary attacks.
    var lie = tpm.evidence
    lie.attestationKey.attributes.remove(.noDA)
    let challenge = try Challenge(
      for: try await AttestationVerifier(anchors: anchors).examine(lie, tlsKey: .next, at: CertifiedTPM.now))
    let error = await #expect(throws: NodeIdentityError.self) {
      try await tpm.node.answer(
        challenge.credential, qualifyingData: data, attestationKey: tpm.attestationKey, tlsKey: tpm.tlsKey)
    }
    #expect("\(String(describing: error))".contains("TPM2_ActivateCredential"))
  }

  @Test("the chain that a TPM carries beside its certificate is shown with it, whatever the indices are padded with")
  func chain() async throws {
    let tpm = try await CertifiedTPM()
    let issuer = try tpm.authorities[1].der
    // A vendor's chain index, cut in two and padded, as the TCG's profile allows.
    try await tpm.node.tpm.perform { (context: TPMContext) throws(TPMError) in
      for (number, part) in [Array(issuer[..<700]), Array(issuer[700...]) + [UInt8](repeating: 0xFF, count: 40)]
        .enumerated()
      {
        let index = try context.nvDefineSpace(
          NVPublic(
            index: 0x01C0_0100 + UInt32(number), attributes: [.ownerWrite, .ownerRead, .authRead, .noDA],
            dataSize: UInt16(part.count)))
        try context.nvWrite(index, part)
      }
    }
    let evidence = try await tpm.node.evidence(tpm.attestationKey, tlsKey: tpm.tlsKey)
    #expect(evidence.endorsementCertificates == tpm.evidence.endorsementCertificates + [issuer])
    // The root alone suffices now.
    let verifier = AttestationVerifier(anchors: EndorsementAnchors(vendorRoots: [tpm.authorities[0]]))
    #expect(try await verifier.examine(evidence, tlsKey: .next, at: CertifiedTPM.now).assurance == .hardwareTPM)
    let alone = await #expect(throws: AttestationRefusal.self) {
      try await verifier.examine(tpm.evidence, tlsKey: .next, at: CertifiedTPM.now)
    }
    #expect(alone == .endorsementKeyUnproven)
  }

  @Test("where the maker certified the ECC key, that one is shown; the certificate of another key beside it is refused")
  func kinds() async throws {
    let tpm = try await CertifiedTPM()
    let certificate = try #require(tpm.evidence.endorsementCertificates.first)
    try await tpm.node.tpm.perform { (context: TPMContext) throws(TPMError) in
      let index = try context.nvDefineSpace(
        NVPublic(
          index: 0x01C0_000A, attributes: [.ownerWrite, .ownerRead, .authRead, .noDA],
          dataSize: UInt16(certificate.count)))
      try context.nvWrite(index, certificate)
    }
    let key = try await tpm.node.makeAttestationKey()
    #expect(key.endorsementKey == .ecc)
    let evidence = try await tpm.node.evidence(key, tlsKey: tpm.tlsKey)
    // That certificate is the RSA key's.
    let refusal = await #expect(throws: AttestationRefusal.self) {
      try await AttestationVerifier(anchors: tpm.vendorAnchors).examine(evidence, tlsKey: .next, at: CertifiedTPM.now)
    }
    #expect(refusal == .endorsementCertificateKey)
    #expect(try await tpm.node.makeAttestationKey(below: .rsa).endorsementKey == .rsa)
  }

  private func attest(_ tpm: CertifiedTPM, _ verifier: AttestationVerifier) async throws -> AttestedKey {
    let keys = try await verifier.examine(
      tpm.evidence, tlsKey: .ofThisSession(tpm.tlsKey.publicKeyInfo), at: CertifiedTPM.now)
    let challenge = try Challenge(for: keys)
    let answer = try await tpm.node.answer(
      challenge.credential, qualifyingData: data, attestationKey: tpm.attestationKey, tlsKey: tpm.tlsKey)
    return try verifier.verify(answer, to: challenge, qualifyingData: data)
  }
}
