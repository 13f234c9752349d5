import Crypto

/// The 32 bytes that a node puts into TPM2_Certify as `qualifyingData`, or signs with a file key, in answer to a Challenge.
///
/// SHA-256 over label, zero byte and, each with a two-byte big-endian length: nonce, fingerprint, node UID, session binding.
/// Source: docs/license-protocol.md, *Byte strings*.
public struct QualifyingData: Sendable, Hashable {
  /// Which key the statement is about.
  public enum Purpose: Sendable, Hashable {
    /// The key of this very TLS session.
    case sessionKey
    /// The key that the node changes to next (`AttestationOffer.next_key`).
    case nextKey
  }

  /// The 32 bytes.
  public let bytes: [UInt8]

  /// The answer's bytes.
  ///
  /// - Parameters:
  ///   - nonce: `Challenge.nonce`, 32 bytes.
  ///   - fingerprint: `Hello.hardware.fingerprint`, 32 bytes, or empty where the node sent none.
  ///   - nodeUID: `Challenge.node_uid`, empty where identity is the certificate's.
  public init(
    purpose: Purpose = .sessionKey, nonce: some Collection<UInt8>, fingerprint: some Collection<UInt8>,
    nodeUID: String, binding: SessionBinding
  ) throws(ByteStringError) {
    guard nonce.count == 32 else { throw .length(of: "nonce", expected: 32, found: nonce.count) }
    var hashed =
      switch purpose {
      case .sessionKey: LabelledBytes("lowlayer.attest.v1")
      case .nextKey: LabelledBytes("lowlayer.attest-next.v1")
      }
    try hashed.appendCounted(nonce)
    try hashed.appendCounted(fingerprint)
    try hashed.appendCounted(nodeUID.utf8)
    try hashed.appendCounted(binding.bytes)
    bytes = Array(hashed.digest)
  }
}
