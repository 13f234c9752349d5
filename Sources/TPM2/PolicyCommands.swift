import CTSS2
public import TPMStructures

/// The TPM's word that a signature was good (TPMT_TK_VERIFIED), which only the TPM that gave it believes.
public struct VerifiedTicket: Sendable, Hashable {
  let wire: [UInt8]
}

extension TPMContext {
  /// TPM2_PolicyPCR: the selected PCRs have the values that hash to `digest`. Without a digest, whatever they are now.
  public func policyPCR(
    _ session: TPMSession, _ selection: PCRSelection, digest: [UInt8] = []
  ) throws(TPMError) {
    let command = "TPM2_PolicyPCR"
    var digest: TPM2B_DIGEST = try sized(digest, command, Tss2_MU_TPM2B_DIGEST_Unmarshal)
    var pcrs = try CStructure.of(selection.wire, for: command, Tss2_MU_TPML_PCR_SELECTION_Unmarshal)
    try policy(command, session) { Esys_PolicyPCR($0, $1, $2, $2, $2, &digest, &pcrs) }
  }

  /// TPM2_PolicyNV: the data of an NV index compare with `operand` as told, read with `authorization` for `reader` (the
  /// index itself or the owner).
  public func policyNV(
    _ session: TPMSession, index: TPMHandle, reader: TPMHandle, operand: [UInt8], offset: UInt16 = 0,
    _ comparison: PolicyDigest.Comparison = .equal, authorization: Authorization = .password
  ) throws(TPMError) {
    let command = "TPM2_PolicyNV"
    var operand: TPM2B_OPERAND = try sized(operand, command, Tss2_MU_TPM2B_OPERAND_Unmarshal)
    try run(command, [index, reader, session.handle], [authorization]) { esys, first, second, third in
      Esys_PolicyNV(
        esys, reader.reference, index.reference, session.handle.reference, first, second, third, &operand, offset,
        comparison.rawValue)
    }
  }

  /// TPM2_PolicyAuthorize: `approved`, which must be the session's digest, was signed by the key with that name,
  /// together with `reference`.
  public func policyAuthorize(
    _ session: TPMSession, approved: [UInt8], reference: [UInt8] = [], key: Name, ticket: VerifiedTicket
  ) throws(TPMError) {
    let command = "TPM2_PolicyAuthorize"
    var approved: TPM2B_DIGEST = try sized(approved, command, Tss2_MU_TPM2B_DIGEST_Unmarshal)
    var reference: TPM2B_DIGEST = try sized(reference, command, Tss2_MU_TPM2B_NONCE_Unmarshal)
    var name: TPM2B_NAME = try sized(key.bytes, command, Tss2_MU_TPM2B_NAME_Unmarshal)
    var ticket = try CStructure.of(ticket.wire, for: command, Tss2_MU_TPMT_TK_VERIFIED_Unmarshal)
    try policy(command, session) { Esys_PolicyAuthorize($0, $1, $2, $2, $2, &approved, &reference, &name, &ticket) }
  }

  /// TPM2_PolicyAuthValue: the object's authorization value is proven by the session's HMAC.
  public func policyAuthValue(_ session: TPMSession) throws(TPMError) {
    try policy("TPM2_PolicyAuthValue", session) { Esys_PolicyAuthValue($0, $1, $2, $2, $2) }
  }

  /// TPM2_PolicyCommandCode: only that command (TPM_CC) is authorized.
  public func policyCommandCode(_ session: TPMSession, _ code: UInt32) throws(TPMError) {
    try policy("TPM2_PolicyCommandCode", session) { Esys_PolicyCommandCode($0, $1, $2, $2, $2, code) }
  }

  /// TPM2_PolicySecret: knowledge of the authorization value of `entity`, proven now.
  public func policySecret(
    _ session: TPMSession, entity: TPMHandle, reference: [UInt8] = [], authorization: Authorization = .password
  ) throws(TPMError) {
    let command = "TPM2_PolicySecret"
    var reference: TPM2B_DIGEST = try sized(reference, command, Tss2_MU_TPM2B_NONCE_Unmarshal)
    var nonce = TPM2B_NONCE()
    var parameters = TPM2B_DIGEST()
    try run(command, [entity, session.handle], [authorization]) { esys, first, second, third in
      Esys_PolicySecret(
        esys, entity.reference, session.handle.reference, first, second, third, &nonce, &parameters, &reference, 0, nil,
        nil)
    }
  }

  /// TPM2_PolicyRestart: the session's digest is zero again.
  public func policyRestart(_ session: TPMSession) throws(TPMError) {
    try policy("TPM2_PolicyRestart", session) { Esys_PolicyRestart($0, $1, $2, $2, $2) }
  }

  /// TPM2_PolicyGetDigest: the session's digest so far.
  public func policyGetDigest(_ session: TPMSession) throws(TPMError) -> [UInt8] {
    let command = "TPM2_PolicyGetDigest"
    var digest: UnsafeMutablePointer<TPM2B_DIGEST>?
    try policy(command, session) { Esys_PolicyGetDigest($0, $1, $2, $2, $2, &digest) }
    return try CStructure.bytes(taking: digest, from: command, Tss2_MU_TPM2B_DIGEST_Marshal)
  }

  /// TPM2_VerifySignature: the ticket for a signature of `digest` by a loaded key.
  public func verifySignature(
    _ signature: Signature, of digest: [UInt8], key: TPMHandle
  ) throws(TPMError) -> VerifiedTicket {
    let command = "TPM2_VerifySignature"
    var digest: TPM2B_DIGEST = try sized(digest, command, Tss2_MU_TPM2B_DIGEST_Unmarshal)
    var signature = try CStructure.of(signature.wire, for: command, Tss2_MU_TPMT_SIGNATURE_Unmarshal)
    var ticket: UnsafeMutablePointer<TPMT_TK_VERIFIED>?
    try run(command, [key]) { esys, first, second, third in
      Esys_VerifySignature(esys, key.reference, first, second, third, &digest, &signature, &ticket)
    }
    return VerifiedTicket(
      wire: try CStructure.wire(taking: ticket, from: command, Tss2_MU_TPMT_TK_VERIFIED_Marshal))
  }

  /// A `TPM2B` of plain bytes as an argument.
  func sized<Value>(
    _ bytes: [UInt8], _ command: String, _ unmarshal: CStructure.Unmarshal<Value>
  ) throws(TPMError) -> Value {
    try CStructure.sized(bytes, limit: MemoryLayout<Value>.size - 2, for: command, unmarshal)
  }

  // The last argument is ESYS_TR_NONE: these commands take the session as a handle, not as an authorization.
  private func policy(
    _ command: String, _ session: TPMSession, _ call: (OpaquePointer, UInt32, UInt32) -> TSS2_RC
  ) throws(TPMError) {
    try run(command, [session.handle]) { esys, none, _, _ in call(esys, session.handle.reference, none) }
  }
}
