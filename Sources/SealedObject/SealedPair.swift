public import Diagnostics
import TPMStructures

/// A sealed object's file and its sidecar that belong together, as far as that can be told without a TPM.
///
/// What cannot: the object's public area and private area (the TPM refuses to load what it did not encrypt), which secret it holds
/// (``Sidecar/verify(secret:)`` after the unseal) and, without a release key, the sidecar's code.
public struct SealedPair: Sendable, Hashable {
  /// The file.
  public let file: SealedFile
  /// The sidecar.
  public let sidecar: Sidecar

  /// A pair, checked.
  public init(file: SealedFile, sidecar: Sidecar, pinned: ReleaseKey? = nil) throws(SealedObjectError) {
    if let refusal = Self.refusals(file: file, sidecar: sidecar, pinned: pinned).first { throw refusal }
    self.file = file
    self.sidecar = sidecar
  }

  /// What a check found: everything, and the pair where nothing speaks against it.
  public struct Check: Sendable {
    /// All findings, each with the name of its file.
    public var report: Report
    /// The refusals among them that are not about a file's form.
    public var refusals: [SealedObjectError]
    /// The pair; `nil` where the report has errors.
    public var pair: SealedPair?
  }

  /// Checks the bytes of both files; the names are those of the findings. `pinned` is the release key that the caller trusts, where it
  /// trusts only one.
  public static func check(
    file: [UInt8], named fileName: String, sidecar: [UInt8], named sidecarName: String, pinned: ReleaseKey? = nil
  ) -> Check {
    var report = Report()
    var sealed: SealedFile?
    do {
      sealed = try SealedFile(pem: file)
    } catch {
      report.error("\(error)", file: fileName)
    }
    let (read, findings) = Sidecar.read(sidecar)
    report.add(contentsOf: findings, in: sidecarName)
    guard let sealed, let read else { return Check(report: report, refusals: [], pair: nil) }
    let refusals = refusals(file: sealed, sidecar: read, pinned: pinned)
    for refusal in refusals { report.error("\(refusal)", file: sidecarName) }
    let pair = refusals.isEmpty ? SealedPair(checked: sealed, sidecar: read) : nil
    return Check(report: report, refusals: refusals, pair: pair)
  }

  private init(checked file: SealedFile, sidecar: Sidecar) {
    self.file = file
    self.sidecar = sidecar
  }

  /// Whether an authorization value is needed.
  public var usesAuthorizationValue: Bool { file.key.emptyAuth == .no }

  /// The ways to unseal, in the order in which they are to be tried.
  public func plans() throws(SealedObjectError) -> [UnsealPlan] {
    guard let context = try sidecar.context(), let selection = sidecar.policy.selection else {
      return [UnsealPlan(approval: nil, steps: [])]
    }
    return try sidecar.approvals.map { (approval) throws(SealedObjectError) in
      guard let signature = Signature(ecdsaP256: approval.signature) else {
        throw .foreignApproval(label: approval.label)
      }
      let steps: [PolicyStep] = [
        .policyPCR(selection, digest: approval.pcrDigest),
        .policyNV(context.epoch.publicArea, operand: context.epoch.operand),
        .policyAuthorize(
          key: context.releaseKey.publicArea, approvedPolicy: approval.approvedPolicy,
          policyRef: context.policyRef(for: sidecar.policy),
          signature: signature),
      ]
      return UnsealPlan(approval: approval, steps: usesAuthorizationValue ? steps + [.policyAuthValue] : steps)
    }
  }
}
