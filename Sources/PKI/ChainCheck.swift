import X509

/// One of the questions that a chain has to stand. A chain is the leaf, what signed it, and so on up to an anchor.
protocol ChainCheck: Sendable {
  /// What is wrong with the chain, in words that a person can act on; nothing where the check is passed.
  func faults(in chain: [Certificate]) -> [String]
}
