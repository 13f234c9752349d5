import CLinux
public import SealedObject
public import SecretMemory
public import TPM2
import TPMStructures

/// Gives a sealed secret back, in at most 12 TPM commands.
public enum Unsealing {
  /// The secret of a pair: what TPM2_Unseal gives, verified against the sidecar.
  ///
  /// The secret leaves the TPM encrypted to a session that is salted to the *stored* storage root key: neither somebody on the bus nor another TPM
  /// can read it.
  public static func secret(
    of pair: SealedPair, authorizationValue: SecretBytes? = nil, from tpm: TPM
  ) async throws(UnsealError) -> SecretBytes {
    guard pair.file.key.kind != .importable else { throw .notImported }
    let isNeeded = pair.usesAuthorizationValue
    guard isNeeded == (authorizationValue != nil) else { throw .authorizationValue(isNeeded: isNeeded) }
    let plans: [UnsealPlan]
    do throws(SealedObjectError) { plans = try pair.plans() } catch { throw .sealed(error) }
    let key = pair.file.key
    let secret = try await tpm.perform(failing: UnsealError.tpm) { context throws(UnsealError) in
      let root = try StorageRoot(stored: pair.sidecar.srk, in: context)
      do throws(TPMError) {
        return try unseal(
          key.object, under: root, plans: plans, authorizationValue: authorizationValue, in: context)
      } catch {
        throw root.explained(error, in: context)
      }
    }
    // What speaks to the TPM, and tss2's cryptography, is not needed any more; the peak is here.
    ll_release_code()
    do { try pair.sidecar.verify(secret: secret) } catch { throw .sealed(error) }
    return secret
  }

  /// Loads and unseals an object. With plans a policy session runs the first that fits; without, the object's own (empty) authorization suffices.
  static func unseal(
    _ object: CreatedObject, under root: StorageRoot, plans: [UnsealPlan], authorizationValue: SecretBytes?,
    in tpm: TPMContext
  ) throws(TPMError) -> SecretBytes {
    let isPolicy = plans.contains { !$0.steps.isEmpty }
    let session = try root.session(
      isPolicy ? .policy : .hmac, in: tpm, attributes: [.continueSession, .decrypt, .encrypt])
    // With the session the TPM proves that it has the stored key: its secret is salted to it, and its HMAC covers the key's name.
    let loaded = try tpm.load(object, parent: root.handle, encryption: session)
    if isPolicy { try satisfy(plans, session, in: tpm) }
    if let authorizationValue { try tpm.setAuthorizationValue(authorizationValue, of: loaded) }
    // Without "continue" the TPM flushes the session itself.
    try tpm.setAttributes([.encrypt], of: session)
    let secret = try tpm.unseal(loaded, authorization: .session(session))
    try tpm.flush(loaded)
    return secret
  }

  private static func satisfy(_ plans: [UnsealPlan], _ session: TPMSession, in tpm: TPMContext) throws(TPMError) {
    var refusal: TPMError?
    var isFresh = true
    for plan in plans {
      // A first step that was refused has left the session as it was.
      if !isFresh { try tpm.policyRestart(session) }
      isFresh = true
      do throws(TPMError) {
        for step in plan.steps {
          try run(step, session, in: tpm)
          isFresh = false
        }
        return
      } catch {
        // A broken connection is no refusal; of several refusals that of the approval that got furthest says most.
        guard error.responseCode?.isRefusal == true else { throw error }
        if refusal == nil || !error.isOf("TPM2_PolicyPCR") { refusal = error }
      }
    }
    if let refusal { throw refusal }
  }

  private static func run(_ step: PolicyStep, _ session: TPMSession, in tpm: TPMContext) throws(TPMError) {
    switch step {
    case .policyPCR(let selection, let digest): try tpm.policyPCR(session, selection, digest: digest)
    case .policyNV(let area, let operand):
      let index = try tpm.nvIndex(area)
      try tpm.policyNV(session, index: index, reader: index, operand: operand)
    case .policyAuthorize(let key, let approved, let reference, let signature):
      let loaded = try tpm.loadExternal(key)
      let ticket = try tpm.verifySignature(
        signature, of: PolicyDigest.approval(of: approved, reference: reference), key: loaded)
      try tpm.flush(loaded)
      try tpm.policyAuthorize(session, approved: approved, reference: reference, key: key.name, ticket: ticket)
    case .policyAuthValue: try tpm.policyAuthValue(session)
    }
  }
}

extension TPMError {
  /// Whether it is about that command.
  func isOf(_ command: String) -> Bool {
    if case .command(command, _) = self { return true }
    return false
  }
}

extension ResponseCode {
  /// Whether the TPM understood and said no, which another approval may change.
  var isRefusal: Bool { layer == .tpm && !isWarning }
}
