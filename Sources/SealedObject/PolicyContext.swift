import TPMStructures

/// Whose policy it is: cluster, node, the epoch's counter and the release key. Together they make an approval valid for one node's one epoch.
public struct PolicyContext: Sendable, Hashable {
  /// The cluster's name.
  public let cluster: String
  /// The node's name.
  public let node: String
  /// The node's epoch.
  public let epoch: EpochCounter
  /// The key that approves.
  public let releaseKey: ReleaseKey

  /// A context; cluster and node must be names of 1 to 253 printable ASCII characters.
  public init(
    cluster: String, node: String, epoch: EpochCounter, releaseKey: ReleaseKey
  ) throws(SealedObjectError) {
    for (what, name) in [("the cluster", cluster), ("the node", node)] {
      guard Self.isName(name) else { throw .value(what, "is not a name of 1 to 253 printable ASCII characters") }
    }
    self.cluster = cluster
    self.node = node
    self.epoch = epoch
    self.releaseKey = releaseKey
  }

  /// What every approval under `policy` is signed together with (policyRef of TPM2_PolicyAuthorize): 32 bytes. It names the policy, so that an
  /// approval of a weaker one opens nothing that was sealed under a stronger one.
  public func policyRef(for policy: SealingPolicy) -> [UInt8] {
    var bytes = Array("ll-tpm policy v1\0".utf8)
    let parts = [
      Array(cluster.utf8), Array(node.utf8), epoch.operand, epoch.publicArea.name.bytes, Array(policy.name.utf8),
      Array((policy.binding.map { "\($0.bank):\($0.capPCR)" } ?? "").utf8),
    ]
    for part in parts { bytes += Self.prefixed(part) }
    return HashAlgorithm.sha256.hash(bytes)
  }

  /// The authPolicy of an object under `policy`: whatever the release key approved for this context, and an authorization value where one is used.
  public func objectPolicy(_ policy: SealingPolicy, usesAuthorizationValue: Bool) -> [UInt8] {
    var digest = PolicyDigest(.sha256)
    digest.policyAuthorize(releaseKey.name, reference: policyRef(for: policy))
    if usesAuthorizationValue { digest.policyAuthValue() }
    return digest.bytes
  }

  /// The policy that an approval of `pcrDigest` approves: these PCRs, and the counter still at this epoch.
  public func approvedPolicy(_ policy: SealingPolicy, pcrDigest: [UInt8]) -> [UInt8] {
    var digest = PolicyDigest(.sha256)
    if let selection = policy.selection { digest.policyPCR(selection, digest: pcrDigest) }
    digest.policyNV(epoch.publicArea.name, operand: epoch.operand)
    return digest.bytes
  }

  static func isName(_ name: String) -> Bool {
    (1...253).contains(name.utf8.count) && name.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }

  /// Bytes behind their count (4 bytes, big endian), so that no two lists of parts run together alike.
  static func prefixed(_ part: [UInt8]) -> [UInt8] {
    var writer = WireWriter()
    writer.integer(UInt32(part.count))
    writer.raw(part)
    return writer.bytes
  }
}
