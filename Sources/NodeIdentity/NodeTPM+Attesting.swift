public import Attestation
import SecretMemory
public import TPM2
public import TPMStructures

/// A key that certifies others: restricted, below the endorsement key.
///
/// There, in the endorsement hierarchy, its qualified name shows which endorsement key it is below, and the TPM tells
/// its reset counts as they are.
public struct AttestationKey: Sendable, Hashable {
  /// The object, for TPM2_Load below the endorsement key.
  public let object: CreatedObject
  /// The kind of that endorsement key.
  public let endorsementKey: EndorsementKeyKind

  /// A key that was stored.
  public init(_ object: CreatedObject, below endorsementKey: EndorsementKeyKind) {
    self.object = object
    self.endorsementKey = endorsementKey
  }
}

extension NodeTPM {
  /// Makes an attestation key. Without a `kind`, below the endorsement key that the TPM's maker certified.
  public func makeAttestationKey(
    below kind: EndorsementKeyKind? = nil
  ) async throws(NodeIdentityError) -> AttestationKey {
    try await performing { (context: TPMContext) throws(NodeIdentityError) in
      try NodeIdentityError.inTPM { () throws(TPMError) in
        let endorsement = try EndorsementKeyReading(kind, in: context)
        let session = try EndorsementKeyReading.policySession(in: context)
        let object = try context.create(
          KeyTemplate.attestation, parent: endorsement.handle, authorization: .session(session))
        let isRSA = endorsement.publicArea.type == .rsa
        return AttestationKey(object, below: isRSA ? .rsa : .ecc)
      }
    }
  }

  /// Whether this TPM made the attestation key: `false` where the board was changed or the TPM cleared.
  public func holds(_ attestationKey: AttestationKey) async throws(NodeIdentityError) -> Bool {
    try await performing { (context: TPMContext) throws(NodeIdentityError) in
      do throws(TPMError) {
        let endorsement = try EndorsementKeyReading(attestationKey.endorsementKey, in: context)
        let session = try EndorsementKeyReading.policySession(in: context)
        let key = try context.load(
          attestationKey.object, parent: endorsement.handle, authorization: .session(session))
        try context.flush(key)
        try context.flush(session.handle)
        try endorsement.release(in: context)
        return true
      } catch {
        guard error.isForeignObject else { throw .tpm(error) }
        return false
      }
    }
  }

  /// What the node shows: its endorsement key with the certificates, the attestation key, and the TLS key.
  public func evidence(
    _ attestationKey: AttestationKey, tlsKey: NodeKey
  ) async throws(NodeIdentityError) -> TPMEvidence {
    let tlsObject = try Self.object(of: tlsKey)
    return try await performing { (context: TPMContext) throws(NodeIdentityError) in
      try NodeIdentityError.inTPM { () throws(TPMError) in
        let endorsement = try EndorsementKeyReading(attestationKey.endorsementKey, in: context)
        return TPMEvidence(
          endorsementCertificates: try EndorsementKeyReading.certificates(endorsement.publicArea, in: context),
          endorsementKey: endorsement.publicArea, attestationKey: attestationKey.object.publicArea,
          tlsKey: tlsObject.publicArea)
      }
    }
  }

  /// Answers a challenge: TPM2_ActivateCredential, then TPM2_Certify of the TLS key with `qualifyingData`.
  ///
  /// ``NodeIdentityError/anotherTPM(_:)`` where one of the keys is not this TPM's.
  public func answer(
    _ credential: Credential, qualifyingData: [UInt8], attestationKey: AttestationKey, tlsKey: NodeKey
  ) async throws(NodeIdentityError) -> ChallengeAnswer {
    let tlsObject = try Self.object(of: tlsKey)
    return try await performing { (context: TPMContext) throws(NodeIdentityError) in
      let root = try StorageRoot.existing(in: context)
      let (key, secret) = try Self.activate(credential, attestationKey, root: root, in: context)
      let tls = try StorageRoot.load(tlsObject, below: root, in: context)
      let certified = try NodeIdentityError.inTPM { () throws(TPMError) in
        try context.certify(tls, key: key, qualifyingData: qualifyingData)
      }
      return ChallengeAnswer(
        activatedSecret: secret.withUnsafeBytes { Array($0) }, certifyInfo: certified.attested,
        certifySignature: certified.signature.wire)
    }
  }

  private static func object(of key: NodeKey) throws(NodeIdentityError) -> CreatedObject {
    guard let object = key.tpmObject else { throw .cryptography("the TLS key is in a file: no TPM can attest it") }
    return object
  }

  private static func activate(
    _ credential: Credential, _ attestationKey: AttestationKey, root: TPMHandle, in tpm: TPMContext
  ) throws(NodeIdentityError) -> (key: TPMHandle, secret: SecretBytes) {
    do throws(TPMError) {
      let endorsement = try EndorsementKeyReading(attestationKey.endorsementKey, in: tpm)
      let session = try EndorsementKeyReading.policySession(in: tpm)
      let key = try tpm.load(
        attestationKey.object, parent: endorsement.handle, authorization: .session(session))
      // A policy session that has authorized begins anew.
      try tpm.policySecret(session, entity: .endorsement)
      let encrypting = try tpm.startAuthSession(.hmac, salt: root, attributes: [.continueSession, .encrypt])
      let secret = try tpm.activateCredential(
        credential, object: key, key: endorsement.handle, keyAuthorization: .session(session), encryption: encrypting)
      try tpm.flush(encrypting.handle)
      try tpm.flush(session.handle)
      try endorsement.release(in: tpm)
      return (key, secret)
    } catch {
      throw error.isForeignObject ? .anotherTPM(error) : .tpm(error)
    }
  }
}
