public import TPMStructures

/// A command that a policy session runs before the unseal.
public enum PolicyStep: Sendable, Hashable {
  /// TPM2_PolicyPCR with the digest that the PCRs must give.
  case policyPCR(PCRSelection, digest: [UInt8])
  /// TPM2_PolicyNV: the counter equals the operand (offset 0, TPM_EO_EQ).
  case policyNV(NVPublic, operand: [UInt8])
  /// TPM2_PolicyAuthorize, before it TPM2_LoadExternal of the key and TPM2_VerifySignature of SHA-256 of policy and reference.
  case policyAuthorize(key: PublicArea, approvedPolicy: [UInt8], policyRef: [UInt8], signature: Signature)
  /// TPM2_PolicyAuthValue.
  case policyAuthValue
}

/// The steps for one approval.
public struct UnsealPlan: Sendable, Hashable {
  /// What was approved; `nil` under `tpm-only`, which has no steps.
  public var approval: Approval?
  /// The commands in order.
  public var steps: [PolicyStep]

  /// Steps for an approval.
  public init(approval: Approval?, steps: [PolicyStep]) {
    self.approval = approval
    self.steps = steps
  }
}
