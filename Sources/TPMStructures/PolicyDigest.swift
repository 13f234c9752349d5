/// A policy's digest as a TPM computes it in a policy session, one command after another. Source: TPM 2.0 part 3,
/// chapter 23.
public struct PolicyDigest: Sendable, Hashable {
  /// The session's hash, which is that of the object that the policy is for.
  public let algorithm: HashAlgorithm
  /// The digest so far; zeros at first.
  public private(set) var bytes: [UInt8]

  /// The digest of a fresh session.
  public init(_ algorithm: HashAlgorithm = .sha256) {
    self.algorithm = algorithm
    bytes = [UInt8](repeating: 0, count: algorithm.digestSize)
  }

  /// How PolicyNV compares the NV data (left) with its operand (right) (TPM_EO). Source: part 2, 6.8.
  public enum Comparison: UInt16, Sendable, Hashable, CaseIterable {
    /// `TPM_EO_EQ`.
    case equal = 0
    /// `TPM_EO_NEQ`.
    case notEqual = 1
    /// `TPM_EO_SIGNED_GT`.
    case signedGreater = 2
    /// `TPM_EO_UNSIGNED_GT`.
    case unsignedGreater = 3
    /// `TPM_EO_SIGNED_LT`.
    case signedLess = 4
    /// `TPM_EO_UNSIGNED_LT`.
    case unsignedLess = 5
    /// `TPM_EO_SIGNED_GE`.
    case signedGreaterOrEqual = 6
    /// `TPM_EO_UNSIGNED_GE`.
    case unsignedGreaterOrEqual = 7
    /// `TPM_EO_SIGNED_LE`.
    case signedLessOrEqual = 8
    /// `TPM_EO_UNSIGNED_LE`.
    case unsignedLessOrEqual = 9
    /// `TPM_EO_BITSET`.
    case bitsSet = 10
    /// `TPM_EO_BITCLEAR`.
    case bitsClear = 11
  }

  /// What PolicyPCR compares: the hash of the selected PCRs' `values`, in the selection's order.
  public static func pcrDigest(of values: [[UInt8]], _ algorithm: HashAlgorithm = .sha256) -> [UInt8] {
    algorithm.hash(values.reduce([], +))
  }

  /// TPM2_PolicyPCR: the selected PCRs have the values whose hash is `digest` (``pcrDigest(of:_:)``).
  public mutating func policyPCR(_ selection: PCRSelection, digest: [UInt8]) {
    extend(0x0000_017F, selection.wire, digest)
  }

  /// TPM2_PolicyNV: the data of the NV index, from `offset`, compare with `operand` as told. The name is that of a
  /// written index.
  public mutating func policyNV(
    _ index: Name, operand: [UInt8], offset: UInt16 = 0, _ comparison: Comparison = .equal
  ) {
    var arguments = WireWriter()
    arguments.raw(operand)
    arguments.integer(offset)
    arguments.integer(comparison.rawValue)
    extend(0x0000_0149, algorithm.hash(arguments.bytes), index.bytes)
  }

  /// TPM2_PolicyAuthorize: whatever policy the key has signed together with `reference` (at most 64 bytes).
  public mutating func policyAuthorize(_ key: Name, reference: [UInt8] = []) {
    reset()
    update(0x0000_016A, key, reference)
  }

  /// What a key signs to approve a policy for PolicyAuthorize: the hash, by the key's name algorithm, of the policy
  /// and `reference`.
  public static func approval(
    of policy: [UInt8], reference: [UInt8] = [], _ algorithm: HashAlgorithm = .sha256
  ) -> [UInt8] {
    algorithm.hash(policy + reference)
  }

  /// TPM2_PolicyAuthValue: the object's authorization value is proven by an HMAC. TPM2_PolicyPassword has the same
  /// digest.
  public mutating func policyAuthValue() { extend(0x0000_016B) }

  /// TPM2_PolicyCommandCode: only that command (TPM_CC) is authorized.
  public mutating func policyCommandCode(_ code: UInt32) {
    var writer = WireWriter()
    writer.integer(code)
    extend(0x0000_016C, writer.bytes)
  }

  /// TPM2_PolicyOR: one of the branches, two to eight, holds.
  public mutating func policyOR(_ branches: [[UInt8]]) throws(TPMStructureError) {
    guard (2...8).contains(branches.count) else { throw TPMStructureError.policyBranches(branches.count) }
    reset()
    extend(0x0000_0171, branches.reduce([], +))
  }

  /// TPM2_PolicySecret: knowledge of the authorization value of `entity`.
  public mutating func policySecret(_ entity: Name, reference: [UInt8] = []) { update(0x0000_0151, entity, reference) }

  /// TPM2_PolicySigned: a signature by `key`.
  public mutating func policySigned(_ key: Name, reference: [UInt8] = []) { update(0x0000_0160, key, reference) }

  /// TPM2_PolicyNvWritten: the NV index that is authorized has, or has not, been written.
  public mutating func policyNvWritten(_ written: Bool) { extend(0x0000_018F, [written ? 1 : 0]) }

  private mutating func reset() { bytes = [UInt8](repeating: 0, count: algorithm.digestSize) }

  private mutating func extend(_ command: UInt32, _ parts: [UInt8]...) {
    var writer = WireWriter()
    writer.raw(bytes)
    writer.integer(command)
    for part in parts { writer.raw(part) }
    bytes = algorithm.hash(writer.bytes)
  }

  // PolicyUpdate of part 3, 23.2.3: two hashes, the reference in one of its own.
  private mutating func update(_ command: UInt32, _ entity: Name, _ reference: [UInt8]) {
    extend(command, entity.bytes)
    bytes = algorithm.hash(bytes + reference)
  }
}
