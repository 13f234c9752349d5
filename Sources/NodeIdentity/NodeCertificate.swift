import Attestation
import FoundationEssentials
public import X509

/// A certificate of the node with its key.
public struct NodeCertificate: Sendable, Hashable {
  /// The key.
  public let key: NodeKey
  /// The leaf, then what signed it, as far as peers need it.
  public let chain: [Certificate]

  /// A chain whose leaf has that key; ``NodeIdentityError/certificate(_:)`` where it has another.
  public init(key: NodeKey, chain: [Certificate]) throws(NodeIdentityError) {
    guard let leaf = chain.first else { throw .certificate("there is none") }
    guard leaf.publicKeyInfo == key.publicKeyInfo else {
      throw .certificate("it is not the certificate of this node's key")
    }
    self.key = key
    self.chain = chain
  }

  /// The leaf.
  public var leaf: Certificate { chain[0] }

  /// From when it is valid, in seconds since 1970.
  public var notBefore: Int64 { Int64(leaf.notValidBefore.timeIntervalSince1970) }

  /// Until when it is valid, in seconds since 1970.
  public var notAfter: Int64 { Int64(leaf.notValidAfter.timeIntervalSince1970) }

  /// Whether every certificate of the chain is valid at that time, in seconds since 1970.
  public func isValid(at now: Int64) -> Bool {
    chain.allSatisfy {
      Int64($0.notValidBefore.timeIntervalSince1970) <= now && now <= Int64($0.notValidAfter.timeIntervalSince1970)
    }
  }
}
