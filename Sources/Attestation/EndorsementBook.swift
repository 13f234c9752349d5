public import TPMStructures

/// Which TPM belongs to which node: one to one, so that neither two TPMs claim one node nor one TPM two.
public struct EndorsementBook: Sendable, Hashable {
  /// The name of each node's endorsement key, by the node's identity (its UID, or what its certificate's role pins).
  public private(set) var keys: [String: Name]
  private var nodes: [Name: String]

  /// The book with what was persisted. A key that stands twice is kept for the node that comes first in the order of
  /// names.
  public init(_ keys: [String: Name] = [:]) {
    self.keys = [:]
    nodes = [:]
    for (node, key) in keys.sorted(by: { $0.key < $1.key }) where nodes[key] == nil {
      self.keys[node] = key
      nodes[key] = node
    }
  }

  /// Whether that TPM may be that node's: it is, or neither is bound.
  public func check(_ key: Name, of node: String) throws(AttestationRefusal) {
    if let owner = nodes[key], owner != node { throw .endorsementKeyBound(owner) }
    if let known = keys[node], known != key { throw .endorsementKeyChanged }
  }

  /// Binds the TPM to the node, after a good answer. To be persisted before anything is granted.
  public mutating func bind(_ key: Name, to node: String) throws(AttestationRefusal) {
    try check(key, of: node)
    keys[node] = key
    nodes[key] = node
  }

  /// Forgets the node's TPM, as an operator decides it.
  public mutating func release(_ node: String) {
    if let key = keys.removeValue(forKey: node) { nodes[key] = nil }
  }
}
