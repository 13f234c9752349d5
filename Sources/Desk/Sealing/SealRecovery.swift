import BootImage
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
    for name in [SecretName.sealKey, SecretName.previousSealKey, SecretName.retired(id)] {
      guard let present = try session.secrets.value(name), NodeSecrets.id(of: present) == id else { continue }
      return [DeskChange(name: name, words: "\(id) is on the desk, as it was")]
    }
    if let current = try session.secrets.value(SecretName.sealKey) {
      throw .refused(
        "the shares are of the key \(id), and this desk has \(NodeSecrets.id(of: current)): nothing was changed")
    }
    if let known = try SealedFolder.read(session.paths, cluster: session.cluster.name)?.sealKeyID, known != id {
      throw .refused("the shares are of the key \(id), and the nodes were last sealed \(known): these are older shares")
    }
    try session.secrets.set(SecretName.sealKey, to: key)
    try session.saveSecrets()
    return [DeskChange(name: SecretName.sealKey, words: "\(id) is on the desk again")]
  }
}
