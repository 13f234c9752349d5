public import Recovery
import SecretMemory

/// Brings the static seal's key back from its shares: `ll-bootimage seal recover`.
public struct SealRecovery {
  private let session: DeskSession

  /// A recovery at the desk of `session`, which may be a new one.
  public init(_ session: DeskSession) { self.session = session }

  /// Puts the key of `shares` on the desk.
  public func run(_ shares: [RecoveryShare]) throws(DeskError) -> [DeskChange] {
    let (key, id) = try SharesDrill.recover(shares)
    if let current = try session.secrets.value(SecretName.sealKey) {
      let currentID = NodeSecrets.id(of: current)
      guard currentID == id else {
        throw .refused("the shares are of the key \(id), and this desk has \(currentID): nothing was changed")
      }
      return [DeskChange(name: SecretName.sealKey, words: "\(id) is on the desk, as it was")]
    }
    try session.secrets.set(SecretName.sealKey, to: key)
    try session.saveSecrets()
    return [DeskChange(name: SecretName.sealKey, words: "\(id) is on the desk again")]
  }
}
