import BootImage
import PKI
import PrivateKeys
import SealedObject
import SecretMemory
import TPMStructures

extension SealingWork {
  /// Refuses to seal what does not fit: to nodes whose certificates are missing or of other facts, or by a desk that is not the one whose secrets
  /// the nodes have.
  func checkDesk(_ record: SealedRecord) throws(DeskError) {
    guard session.record.certificate(.authority(.issuer(.bootstrap))) != nil else {
      throw .refused("there are no certificates yet: `ll-bootimage pki init`")
    }
    let session = session
    let plan = try CertificatePlan(
      cluster: session.cluster, record: session.record, wishes: CertificatePlan.Wishes(), at: now,
      hasKey: { session.secrets.has(SecretName.key(of: $0)) },
      publicKey: { (subject) throws(DeskError) in
        subject == .authority(.root) ? nil : try CertificateWork.key(of: subject, in: session)?.publicKeyDER
      })
    let missing = plan.steps.filter { !$0.canWait }.map { "\($0.subject.name) (\($0.reason))" }
    guard missing.isEmpty else {
      throw .refused(
        "`ll-bootimage pki issue` first, for \(missing.prefix(5).joined(separator: ", "))\(missing.count > 5 ? " …" : "")"
      )
    }
    var ours: [String] = []
    for name in [SecretName.sealKey, SecretName.previousSealKey] {
      if let key = try session.secrets.value(name) { ours.append(NodeSecrets.id(of: key)) }
    }
    if let known = record.sealKeyID, !ours.contains(known) {
      throw .refused(
        "the nodes were last sealed the static key \(known), which this desk does not have: put back a newer \(session.paths.secrets), or "
          + "`ll-bootimage seal recover`; for a new cluster move \(session.paths.sealed) away")
    }
    guard record.releaseKey == nil || session.secrets.has(SecretName.releaseKey) else {
      throw .refused(
        "\(session.paths.sealed) was signed by a release key that this desk does not have: move it away to seal everything anew"
      )
    }
  }

  /// The policy to seal under, which is not weaker than that of `before` unless somebody wants it so.
  mutating func policy(before: String?) throws(DeskError) -> SealingPolicy {
    let last = try before.map { (words) throws(DeskError) in
      try DeskError.refusing(session.paths.sealedRecord) { () throws(SealedObjectError) in
        try SealingPolicy(words: words)
      }
    }
    guard let wanted = options.policy else {
      if let last { return last }
      return try DeskError.onMachine { () throws(SealedObjectError) in try SealingPolicy.standard(bank: .sha256) }
    }
    guard let last, last != wanted else { return wanted }
    guard wanted.strength >= last.strength || options.mayWeaken else {
      throw .refused(
        "the nodes are sealed under '\(last.words)', and '\(wanted.words)' is weaker: --weaken says that it is meant")
    }
    outcome.changes.append(
      DeskChange(
        name: "policy", words: "'\(wanted.words)' instead of '\(last.words)'",
        isWarning: wanted.strength < last.strength))
    return wanted
  }

  /// Gives out recovery shares where they are asked for, and asks for them where nobody has any.
  mutating func escrow(_ keyID: String) throws(DeskError) {
    let before = record.escrow(of: keyID)
    guard let order = options.escrow else {
      guard let before else {
        throw .refused(
          "nobody has recovery shares of the static seal's key \(keyID), without which a lost desk is a lost cluster: "
            + "--escrow DIR writes them, --escrow - prints them, --escrow none goes without")
      }
      if before.shares == 0 {
        outcome.changes.append(
          DeskChange(name: SecretName.sealKey, words: "\(keyID) has no recovery shares", isWarning: true))
      }
      return
    }
    if let before, before.shares > 0, case .folder(let folder) = order.destination, Escrow.holds(before, in: folder) {
      outcome.changes.append(
        DeskChange(
          name: SecretName.sealKey, words: "its recovery shares are in \(folder) already (set \(before.identifier))"))
      return
    }
    guard let key = try session.secrets.value(SecretName.sealKey) else { return }
    let hasShares = record.escrows.contains { $0.keyID == keyID && $0.shares > 0 }
    if case .nobody = order.destination, hasShares {
      throw .refused(
        "there are recovery shares of the key \(keyID) already: only another key, by `seal rotate`, makes them worthless"
      )
    }
    let given = try Escrow.give(key, keyID: keyID, cluster: session.cluster.name, order, at: now)
    let old = record
    record.escrows.append(
      given ?? SealedRecord.Escrow(keyID: keyID, shares: 0, threshold: 0, identifier: 0, at: now))
    outcome.changes.append(
      DeskChange(
        name: SecretName.sealKey,
        words: given.map {
          "\($0.shares) recovery shares given out, any \($0.threshold) bring back the key \($0.keyID) (set \($0.identifier))"
        } ?? "WITHOUT recovery shares: whoever loses this desk loses the cluster", isWarning: given == nil))
    if hasShares {
      outcome.changes.append(
        DeskChange(
          name: SecretName.sealKey,
          words: "shares of an earlier set bring the same key back: only `seal rotate` ends that",
          isWarning: true))
    }
    // Known before anything else can fail: shares that nobody knows of are worse than none.
    try SealedFolder.write(record, files: [:], to: session.paths, replacing: old)
  }
}

extension SealingPolicy {
  /// `standard sha256 13`, as the record has it.
  var words: String {
    switch self {
    case .tpmOnly: "tpm-only"
    case .standard(let binding), .strict(let binding): "\(name) \(binding.bank) \(binding.capPCR)"
    }
  }

  /// The policy of ``words``.
  init(words: String) throws(SealedObjectError) {
    let parts = words.split(separator: " ").map(String.init)
    self = try SealingPolicy(
      name: parts.first ?? "", bank: parts.count > 1 ? HashAlgorithm(name: parts[1]) : nil,
      capPCR: parts.count > 2 ? Int(parts[2]) : nil)
  }

  /// What is stricter has more of it.
  var strength: Int {
    switch self {
    case .tpmOnly: 0
    case .standard: 1
    case .strict: 2
    }
  }
}
