import Crypto
import SecretMemory
import SwiftASN1
import TPMStructures
import X509

/// Judges what a node says of its TPM: first the evidence, then the answer to a ``Challenge``.
///
/// Pure: no clock, no network. Who the node is comes from elsewhere (a reviewed token, or the certificate's role);
/// which TPM belongs to which node, and whether its clock went back, is known to whoever keeps the seats.
public struct AttestationVerifier: Sendable {
  /// What makes an endorsement key believable.
  public var anchors: EndorsementAnchors

  /// A verifier.
  public init(anchors: EndorsementAnchors) { self.anchors = anchors }

  /// Judges evidence before a challenge is sent: the keys' kinds, that the TLS key is the expected one, and that the
  /// endorsement key is a TPM's.
  ///
  /// - Parameter now: seconds since 1970, for the endorsement certificates' validity.
  public func examine(
    _ evidence: TPMEvidence, tlsKey: AttestedTLSKey, at now: Int64
  ) async throws(AttestationRefusal) -> ProvenKeys {
    try KeyKind.checkEndorsementKey(evidence.endorsementKey)
    try KeyKind.checkAttestationKey(evidence.attestationKey)
    try KeyKind.checkTLSKey(evidence.tlsKey)
    guard evidence.attestationKey.p256 != nil else { throw .attestationKey("its point is not on P-256") }
    guard let offered = evidence.tlsKey.subjectPublicKeyInfo else { throw .tlsKey("its point is not on P-256") }
    if case .ofThisSession(let expected) = tlsKey, !ConstantTime.isEqual(offered, expected) {
      throw .tlsKeyNotThisSession
    }
    let (assurance, proof) = try await proof(of: evidence, at: now)
    return ProvenKeys(evidence: evidence, assurance: assurance, proof: proof, tlsKey: offered)
  }

  /// Judges the answer to a challenge that ``ChallengeBook/take(session:at:)`` gave back.
  ///
  /// - Parameter qualifyingData: the 32 bytes that the protocol makes of nonce, fingerprint, node and session.
  public func verify(
    _ answer: ChallengeAnswer, to challenge: Challenge, qualifyingData: [UInt8]
  ) throws(AttestationRefusal) -> AttestedKey {
    let evidence = challenge.keys.evidence
    let isActivated = challenge.secret.withUnsafeBytes { secret in
      answer.activatedSecret.withUnsafeBytes { ConstantTime.isEqual(secret, $0) }
    }
    guard isActivated else { throw .secret }
    // The signature first: what is not signed is not worth reading.
    try checkSignature(answer, by: evidence.attestationKey)
    let attest: Attest
    do throws(WireError) {
      attest = try Attest(wire: answer.certifyInfo)
    } catch {
      throw .notCertified("\(error)")
    }
    guard case .certify(let name, _) = attest.attested else {
      throw .notCertified("its type is not TPM_ST_ATTEST_CERTIFY")
    }
    guard ConstantTime.isEqual(attest.extraData, qualifyingData) else { throw .qualifyingData }
    guard ConstantTime.isEqual(name.bytes, evidence.tlsKey.name.bytes) else { throw .certifiedName }
    guard let signer = Self.qualifiedName(of: evidence), ConstantTime.isEqual(attest.qualifiedSigner.bytes, signer)
    else {
      throw .qualifiedSigner
    }
    return AttestedKey(
      assurance: challenge.keys.assurance, endorsementKeyName: evidence.endorsementKey.name,
      attestationKeyName: evidence.attestationKey.name, tlsKey: challenge.keys.tlsKey, clockInfo: attest.clockInfo,
      firmwareVersion: attest.firmwareVersion)
  }

  private func checkSignature(_ answer: ChallengeAnswer, by key: PublicArea) throws(AttestationRefusal) {
    let signature: Signature
    do throws(WireError) {
      signature = try Signature(wire: answer.certifySignature)
    } catch {
      throw .malformed("the certification's signature", "\(error)")
    }
    guard case .ecc(.ecdsa, .sha256, _, _) = signature, let raw = signature.ecdsaP256 else {
      throw .signature("it is not ECDSA with SHA-256 on P-256")
    }
    guard let key = key.p256, let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: raw) else {
      throw .signature("it cannot be read")
    }
    guard key.isValidSignature(parsed, for: answer.certifyInfo) else { throw .signature("it does not verify") }
  }

  /// The attestation key's qualified name: it is a child of the endorsement key, which is a primary key of the
  /// endorsement hierarchy.
  private static func qualifiedName(of evidence: TPMEvidence) -> [UInt8]? {
    let endorsementHierarchy = Name(handle: 0x4000_000B)
    return evidence.endorsementKey.qualifiedName(below: endorsementHierarchy.bytes)
      .flatMap { evidence.attestationKey.qualifiedName(below: $0) }
  }

  private func proof(
    of evidence: TPMEvidence, at now: Int64
  ) async throws(AttestationRefusal) -> (Assurance, ProvenKeys.Proof) {
    let isRegistered = anchors.hasRegistered(evidence.endorsementKey)
    guard !evidence.endorsementCertificates.isEmpty else {
      guard isRegistered else { throw .endorsementKeyUnproven }
      return (.hardwareTPM, .registered(despite: []))
    }
    var certificates: [Certificate] = []
    for der in evidence.endorsementCertificates {
      do {
        certificates.append(try Certificate(derEncoded: der))
      } catch {
        // A vendor's odd encoding is no reason to refuse what was registered by hand.
        if isRegistered { return (.hardwareTPM, .registered(despite: [])) }
        throw .malformed("the endorsement key's certificate", "\(error)")
      }
    }
    let leaf = certificates[0]
    guard let key = evidence.endorsementKey.subjectPublicKeyInfo,
      ConstantTime.isEqual(leaf.publicKeyInfo, key)
    else { throw .endorsementCertificateKey }
    let intermediates = Array(certificates.dropFirst()) + anchors.intermediates
    var refused: [[Certificate]] = []
    // The platform's own authority is asked first: what it certified is virtual, whoever else vouches for it.
    for (roots, assurance) in [(anchors.virtualAuthorities, Assurance.virtualTPM), (anchors.vendorRoots, .hardwareTPM)]
    {
      let chain = EndorsementChain(roots: roots, intermediates: intermediates, now: now)
      switch await chain.verdict(leaf) {
      case .good(let chain): return (assurance, .certificate(chain: chain))
      case .refused(let words, _) where !isRegistered: throw .endorsementCertificate(words)
      case .refused(_, let chains): refused += chains
      case .unknownAuthority: continue
      }
    }
    guard isRegistered else { throw .endorsementKeyUnproven }
    return (.hardwareTPM, .registered(despite: refused))
  }
}
