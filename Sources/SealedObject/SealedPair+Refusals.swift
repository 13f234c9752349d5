import TPMStructures

extension SealedPair {
  static func refusals(file: SealedFile, sidecar: Sidecar, pinned: ReleaseKey?) -> [SealedObjectError] {
    objectRefusals(file.key, sidecar) + bundleRefusals(file, sidecar) + signatureRefusals(sidecar, pinned)
      + approvalRefusals(sidecar)
  }

  private static func objectRefusals(_ key: TSS2PrivateKey, _ sidecar: Sidecar) -> [SealedObjectError] {
    var refusals: [SealedObjectError] = []
    let area = key.publicArea
    if key.kind == .loadable || !key.isSealedData || area.nameAlgorithm != .sha256 {
      refusals.append(.object("is not sealed data (or not yet imported) with a SHA-256 name"))
    }
    // Whatever the sidecar does not sign and the TPM does not protect has no place beside a sidecar.
    let unvouched = [
      key.policy != nil, key.authPolicy != nil, key.description != nil, key.rsaParent != nil, key.parentIsSigned,
    ]
    if unvouched.contains(true) {
      refusals.append(.object("has fields in its key file that nothing vouches for"))
    }
    if key.emptyAuth != .yes && key.emptyAuth != .no {
      refusals.append(.object("does not say in DER whether its authorization value is empty"))
    }
    if key.parent != sidecar.srk.handle { refusals.append(.parent(key.parent, expected: sidecar.srk.handle)) }
    let attributes = sidecar.policy.attributes(of: key.kind)
    if area.attributes != attributes {
      refusals.append(.object("is \(area.attributes), and under \(sidecar.policy.name) it is \(attributes)"))
    }
    return refusals + policyRefusals(key, sidecar)
  }

  private static func policyRefusals(_ key: TSS2PrivateKey, _ sidecar: Sidecar) -> [SealedObjectError] {
    do {
      guard let context = try sidecar.context() else {
        guard key.publicArea.authPolicy.isEmpty else { return [.object("has a policy, which tpm-only does not")] }
        return key.emptyAuth == .no ? [.authorizationValue] : []
      }
      let usesValue = key.emptyAuth == .no
      if key.publicArea.authPolicy == context.objectPolicy(sidecar.policy, usesAuthorizationValue: usesValue) {
        return []
      }
      let other = context.objectPolicy(sidecar.policy, usesAuthorizationValue: !usesValue)
      return key.publicArea.authPolicy == other ? [.authorizationValue] : [.foreignReleaseKey]
    } catch {
      return [error]
    }
  }

  private static func bundleRefusals(_ file: SealedFile, _ sidecar: Sidecar) -> [SealedObjectError] {
    switch (file.bundle?.digest, sidecar.bundle) {
    case (nil, nil): []
    case (let digest?, let named?): digest == named ? [] : [.bundle("is not the one that the sidecar names")]
    case (nil, _?): [.bundle("that the sidecar names is missing")]
    case (_?, nil): [.bundle("is not named in the sidecar")]
    }
  }

  private static func signatureRefusals(_ sidecar: Sidecar, _ pinned: ReleaseKey?) -> [SealedObjectError] {
    var refusals: [SealedObjectError] = []
    if let pinned, sidecar.releaseKey != pinned { refusals.append(.unpinnedReleaseKey) }
    switch sidecar.signature {
    case .secret where sidecar.policy == .tpmOnly && sidecar.releaseKey == nil: break
    case .releaseKey:
      do {
        try sidecar.verifyReleaseKeySignature()
      } catch {
        refusals.append(error)
      }
    default: refusals.append(.signature)
    }
    return refusals
  }

  private static func approvalRefusals(_ sidecar: Sidecar) -> [SealedObjectError] {
    do {
      guard let context = try sidecar.context() else { return [] }
      if sidecar.approvals.isEmpty { return [.noApproval] }
      return sidecar.approvals.flatMap { $0.refusals(policy: sidecar.policy, context: context) }
    } catch {
      // Told once already, with the object's policy.
      return []
    }
  }
}
