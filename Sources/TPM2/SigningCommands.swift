import CTSS2
import Glibc
public import SecretMemory
public import TPMStructures

/// What a TPM attests, with its signature.
public struct SignedAttestation: Sendable, Hashable {
  /// The bytes that are signed: a TPMS_ATTEST, to be read as ``TPMStructures/Attest``.
  public let attested: [UInt8]
  /// The signature of their hash.
  public let signature: Signature
}

extension TPMContext {
  /// TPM2_Sign: a signature, by the key's own scheme, of a digest that was made outside of the TPM. Not for restricted
  /// keys.
  public func sign(
    _ digest: [UInt8], key: TPMHandle, authorization: Authorization = .password
  ) throws(TPMError) -> Signature {
    let command = "TPM2_Sign"
    var digest: TPM2B_DIGEST = try sized(digest, command, Tss2_MU_TPM2B_DIGEST_Unmarshal)
    var scheme = keysOwnScheme
    var ticket = TPMT_TK_HASHCHECK()
    ticket.tag = 0x8024
    ticket.hierarchy = 0x4000_0007
    var signature: UnsafeMutablePointer<TPMT_SIGNATURE>?
    try run(command, [key], [authorization]) { esys, first, second, third in
      Esys_Sign(esys, key.reference, first, second, third, &digest, &scheme, &ticket, &signature)
    }
    return try self.signature(signature, command)
  }

  /// TPM2_Certify: `key` signs that `object` is loaded in the same TPM.
  public func certify(
    _ object: TPMHandle, key: TPMHandle, qualifyingData: [UInt8], objectAuthorization: Authorization = .password,
    authorization: Authorization = .password
  ) throws(TPMError) -> SignedAttestation {
    let command = "TPM2_Certify"
    var data: TPM2B_DATA = try sized(qualifyingData, command, Tss2_MU_TPM2B_DATA_Unmarshal)
    var scheme = keysOwnScheme
    var attested: UnsafeMutablePointer<TPM2B_ATTEST>?
    var signature: UnsafeMutablePointer<TPMT_SIGNATURE>?
    try run(command, [object, key], [objectAuthorization, authorization]) { esys, first, second, third in
      Esys_Certify(
        esys, object.reference, key.reference, first, second, third, &data, &scheme, &attested, &signature)
    }
    return try attestation(attested, signature, command)
  }

  /// TPM2_Quote: `key` signs the values of PCRs.
  public func quote(
    _ selection: PCRSelection, key: TPMHandle, qualifyingData: [UInt8], authorization: Authorization = .password
  ) throws(TPMError) -> SignedAttestation {
    let command = "TPM2_Quote"
    var data: TPM2B_DATA = try sized(qualifyingData, command, Tss2_MU_TPM2B_DATA_Unmarshal)
    var selection = try CStructure.of(selection.wire, for: command, Tss2_MU_TPML_PCR_SELECTION_Unmarshal)
    var scheme = keysOwnScheme
    var attested: UnsafeMutablePointer<TPM2B_ATTEST>?
    var signature: UnsafeMutablePointer<TPMT_SIGNATURE>?
    try run(command, [key], [authorization]) { esys, first, second, third in
      Esys_Quote(
        esys, key.reference, first, second, third, &data, &scheme, &selection, &attested, &signature)
    }
    return try attestation(attested, signature, command)
  }

  /// TPM2_ActivateCredential: the secret of a credential that was made for `key` (an endorsement key) and the name of
  /// `object`.
  public func activateCredential(
    _ credential: Credential, object: TPMHandle, key: TPMHandle, objectAuthorization: Authorization = .password,
    keyAuthorization: Authorization = .password, encryption: TPMSession? = nil
  ) throws(TPMError) -> SecretBytes {
    let command = "TPM2_ActivateCredential"
    var blob = try CStructure.of(credential.blob, for: command, Tss2_MU_TPM2B_ID_OBJECT_Unmarshal)
    var seed = try CStructure.of(
      credential.encryptedSeed, for: command, Tss2_MU_TPM2B_ENCRYPTED_SECRET_Unmarshal)
    var secret: UnsafeMutablePointer<TPM2B_DIGEST>?
    defer {
      wipeBuffer()
      if let secret { explicit_bzero(secret, MemoryLayout<TPM2B_DIGEST>.size) }
      Esys_Free(secret)
    }
    try run(
      command, [object, key], [objectAuthorization, keyAuthorization], encryption: encryption
    ) { esys, first, second, third in
      Esys_ActivateCredential(
        esys, object.reference, key.reference, first, second, third, &blob, &seed, &secret)
    }
    return try self.secret(command, secret.map { (size: $0.pointee.size, bytes: UnsafeRawPointer($0)) })
  }

  private var keysOwnScheme: TPMT_SIG_SCHEME {
    var scheme = TPMT_SIG_SCHEME()
    scheme.scheme = Algorithm.null.rawValue
    return scheme
  }

  private func attestation(
    _ attested: UnsafeMutablePointer<TPM2B_ATTEST>?, _ signature: UnsafeMutablePointer<TPMT_SIGNATURE>?,
    _ command: String
  ) throws(TPMError) -> SignedAttestation {
    let signature = try self.signature(signature, command)
    return SignedAttestation(
      attested: try CStructure.bytes(taking: attested, from: command, Tss2_MU_TPM2B_ATTEST_Marshal),
      signature: signature)
  }

  private func signature(
    _ signature: UnsafeMutablePointer<TPMT_SIGNATURE>?, _ command: String
  ) throws(TPMError) -> Signature {
    let wire = try CStructure.wire(taking: signature, from: command, Tss2_MU_TPMT_SIGNATURE_Marshal)
    return try CStructure.read(command) { () throws(WireError) in try Signature(wire: wire) }
  }
}
