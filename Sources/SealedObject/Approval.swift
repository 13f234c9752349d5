import Crypto
import TPMStructures

/// The release key's word that a node may have its secrets while its PCRs read these values.
public struct Approval: Sendable, Hashable {
  /// What was approved, for a person: an operating system's version.
  public let label: String
  /// The values of the policy's PCRs.
  public let pcrs: PCRValues
  /// The hash of those values, which PolicyPCR compares.
  public let pcrDigest: [UInt8]
  /// The digest of the approved policy.
  public let approvedPolicy: [UInt8]
  /// The signature (ECDSA P-256, r and s of 32 bytes each) over SHA-256 of `approvedPolicy` and the context's policyRef.
  public let signature: [UInt8]

  /// An approval that was read; nothing is checked.
  public init(label: String, pcrs: PCRValues, pcrDigest: [UInt8], approvedPolicy: [UInt8], signature: [UInt8]) {
    self.label = label
    self.pcrs = pcrs
    self.pcrDigest = pcrDigest
    self.approvedPolicy = approvedPolicy
    self.signature = signature
  }

  /// Approves `pcrs` under `policy` for `context`, whose release key `key` must be. Values that prove nothing are refused.
  public init(
    label: String, pcrs: PCRValues, policy: SealingPolicy, context: PolicyContext, key: ReleaseKey.Private
  ) throws(SealedObjectError) {
    guard !label.isEmpty, label.utf8.count <= 200 else { throw .value("the approval's label", "is empty or too long") }
    guard key.publicKey == context.releaseKey else { throw .foreignReleaseKey }
    let chosen = try pcrs.selected(by: policy)
    if let refusal = chosen.refusals(for: policy).first { throw refusal }
    self.label = label
    self.pcrs = chosen
    pcrDigest = chosen.digest
    approvedPolicy = context.approvedPolicy(policy, pcrDigest: pcrDigest)
    signature = try key.sign(approvedPolicy + context.policyRef(for: policy))
  }

  /// Why the approval is worth nothing under `policy` for `context`; empty where it is good.
  public func refusals(policy: SealingPolicy, context: PolicyContext) -> [SealedObjectError] {
    var refusals = pcrs.refusals(for: policy)
    if Set(pcrs.values.keys) != Set(policy.pcrs) { refusals.append(.approval(label: label, "is over other PCRs")) }
    if pcrDigest != pcrs.digest {
      refusals.append(.approval(label: label, "has a pcrDigest that its PCRs do not give"))
    }
    if approvedPolicy != context.approvedPolicy(policy, pcrDigest: pcrDigest) {
      let words = "has an approvedPolicy that is not of its PCRs and this node's epoch"
      refusals.append(.approval(label: label, words))
    }
    if !context.releaseKey.isValid(signature, for: approvedPolicy + context.policyRef(for: policy)) {
      refusals.append(.foreignApproval(label: label))
    }
    return refusals
  }
}
