/// Why a node does not believe a grant. What it held before stays.
public enum GrantFault: Error, Sendable, Hashable {
  /// The signature, or the bytes it is over.
  case signature(SignatureError)
  /// It is for the node of this name.
  case otherNode(String)
  /// It is for a node of this UID, and the operator challenged this one by another.
  case otherNodeUID(String)
  /// It is bound to a key that is not this node's.
  case otherKey
  /// Its epoch is below one that was believed before.
  case staleEpoch(UInt64, believed: UInt64)
  /// Another grant of this epoch was believed.
  case repeatedEpoch(UInt64)
  /// Its not-after does not follow its issuing, or its epoch is 0 or above 2⁶².
  case malformed
  /// It had run out when it came.
  case runOut
  /// It came before a Welcome named the operator's grant key.
  case noGrantKey

  /// What is wrong, as words that follow "the operator's grant".
  public var words: String {
    switch self {
    case .signature(.unreadableKey): "comes with a key that is no P-256 key"
    case .signature: "is not signed by the operator's grant key"
    case .otherNode(let name): "is for node \(name)"
    case .otherNodeUID(let uid): "is for the node with UID \(uid)"
    case .otherKey: "is bound to a key that this node does not hold"
    case .staleEpoch(let epoch, let believed): "has epoch \(epoch), and epoch \(believed) was believed before"
    case .repeatedEpoch(let epoch): "repeats epoch \(epoch) with other content"
    case .malformed: "is malformed"
    case .runOut: "had run out when it came"
    case .noGrantKey: "came before the operator named its grant key"
    }
  }
}
