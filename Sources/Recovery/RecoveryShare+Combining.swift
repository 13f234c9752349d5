public import SecretMemory

extension RecoveryShare {
  /// The secret that `shares` hide, which were split under an empty passphrase, here or by another tool.
  ///
  /// More shares than the threshold are welcome: they must agree with the others, and one that does not is named in
  /// ``RecoveryError/wrongShares(_:group:)``. Where no threshold of them fits together: ``RecoveryError/digest``.
  public static func combine(_ shares: [RecoveryShare]) throws(RecoveryError) -> SecretBytes {
    try combine(shares, passphrase: SecretBytes.filled(count: 0) { _ in })
  }

  /// As ``combine(_:)``, for shares that were split under a passphrase. A wrong one cannot be told: it gives another
  /// secret.
  static func combine(_ shares: [RecoveryShare], passphrase: SecretBytes) throws(RecoveryError) -> SecretBytes {
    let (first, groups) = try checkedSet(shares)
    guard groups.count >= first.groupThreshold else {
      throw .tooFewGroups(given: groups.count, needed: first.groupThreshold)
    }
    var points: [SharePoint] = []
    for group in groups {
      guard let member = group.first else { continue }
      guard group.count >= member.threshold else {
        throw .tooFew(given: group.count, needed: member.threshold, group: member.groupNumber)
      }
      let (value, contradicting) = try SharedSecret.hidden(in: group.map(\.point), threshold: member.threshold)
      guard contradicting.isEmpty else {
        throw .wrongShares(contradicting.map { Int($0) + 1 }, group: member.groupNumber)
      }
      points.append(SharePoint(x: UInt8(truncatingIfNeeded: member.groupIndex), values: value))
    }
    let (encrypted, contradicting) = try SharedSecret.hidden(in: points, threshold: first.groupThreshold)
    guard contradicting.isEmpty else { throw .digest }
    let cipher = MasterSecretCipher(
      iterationExponent: first.iterationExponent, identifier: first.isExtendable ? nil : first.identifier,
      passphrase: passphrase)
    return try cipher.decrypted(encrypted)
  }

  /// Whether too few shares open nothing, as it must be: what one share less than the threshold interpolates to does
  /// not fit its digest. That is tried with every such choice from `shares`; with all of them together where they are
  /// fewer. False where the threshold is 1: there each share is the secret.
  ///
  /// A set of one group without doubles, at least one share; else the errors of ``combine(_:)``.
  public static func interpolationFails(_ shares: [RecoveryShare]) throws(RecoveryError) -> Bool {
    let (first, _) = try checkedSet(shares)
    guard first.groupCount == 1 else { throw .groups(first.groupCount) }
    guard first.threshold > 1 else { return false }
    for subset in Subsets(count: min(shares.count, first.threshold - 1), of: shares.count) {
      if try SharedSecret.opened(subset.map { shares[$0].point }) != nil { return false }
    }
    return true
  }

  /// The group's number from 1, where there are several.
  private var groupNumber: Int? { groupCount > 1 ? groupIndex + 1 : nil }

  /// The first share and the shares by group: all of one set, none twice.
  private static func checkedSet(
    _ shares: [RecoveryShare]
  ) throws(RecoveryError) -> (first: RecoveryShare, groups: [[RecoveryShare]]) {
    guard let first = shares.first else { throw .noShares }
    var groups: [[RecoveryShare]] = []
    for (offset, share) in shares.enumerated() {
      if let field = first.difference(from: share) { throw .otherSet(place: offset + 1, field: field) }
      guard let group = groups.firstIndex(where: { $0.first?.groupIndex == share.groupIndex }) else {
        groups.append([share])
        continue
      }
      guard groups[group].first?.threshold == share.threshold else {
        throw .otherSet(place: offset + 1, field: "threshold")
      }
      guard !groups[group].contains(where: { $0.index == share.index }) else {
        throw .duplicate(index: share.index, group: share.groupNumber)
      }
      groups[group].append(share)
    }
    return (first, groups)
  }

  /// The name of a field that differs although all shares of a set have it in common.
  private func difference(from other: RecoveryShare) -> String? {
    if identifier != other.identifier { return "identifier (its first two words)" }
    if isExtendable != other.isExtendable || iterationExponent != other.iterationExponent {
      return "encryption (its second word)"
    }
    if groupThreshold != other.groupThreshold || groupCount != other.groupCount { return "number of groups" }
    if value.count != other.value.count { return "length" }
    return nil
  }
}
