import BootImage
import SecretMemory

/// Replaces the static seal's key: `ll-bootimage seal rotate`, and `--finish` once every master has started with the new one.
///
/// In between both keys are sealed to every master: OpenBao decrypts with either, and writes with the new one. A key that is dropped stays on the
/// desk as `retired/ID`: backups of its time need it.
public struct SealRotation {
  private let session: DeskSession

  /// A rotation at the desk of `session`.
  public init(_ session: DeskSession) { self.session = session }

  /// Makes the new key; the one that there is becomes the previous one.
  public func begin() throws(DeskError) -> [DeskChange] {
    guard let current = try session.secrets.value(SecretName.sealKey) else {
      throw .refused("the static seal has no key yet: `ll-bootimage seal` makes it")
    }
    guard !session.secrets.has(SecretName.previousSealKey) else {
      throw .refused(
        "a rotation has begun already, and the previous key is still sealed to the masters: when all of them have started with the new "
          + "key, `ll-bootimage seal rotate --finish`")
    }
    try session.secrets.set(SecretName.previousSealKey, to: current)
    let new = try session.makeRandomSecret(SecretName.sealKey)
    try session.saveSecrets()
    return [
      DeskChange(
        name: SecretName.sealKey,
        words: "\(NodeSecrets.id(of: new)) from now on; \(NodeSecrets.id(of: current)) is the previous one")
    ]
  }

  /// Retires the previous key. Both keys must have been sealed to every master, and the new one escrowed; whether every master has started with it,
  /// only the masters know.
  public func finish() throws(DeskError) -> [DeskChange] {
    guard let previous = try session.secrets.value(SecretName.previousSealKey),
      let current = try session.secrets.value(SecretName.sealKey)
    else { throw .refused("no rotation has begun: there is no previous key") }
    let (old, new) = (NodeSecrets.id(of: previous), NodeSecrets.id(of: current))
    let record = try SealedFolder.read(session.paths, cluster: session.cluster.name)
    guard record?.escrow(of: new) != nil else {
      throw .refused("nobody has recovery shares of the new key \(new) yet: `ll-bootimage seal --escrow …` first")
    }
    for node in session.cluster.masters {
      let entries = record?.bundles[SealedFolder.name(node.name, .openbao)]?.entries
      guard entries?[SecretBundle.sealKey] == new, entries?[SecretBundle.previousSealKey] == old else {
        throw .refused(
          "\(node.name) was never given both keys: `ll-bootimage seal`, `build`, and the new files onto every master first"
        )
      }
    }
    try session.secrets.set(SecretName.retired(old), to: previous)
    session.secrets.remove(SecretName.previousSealKey)
    try session.saveSecrets()
    return [
      DeskChange(
        name: SecretName.previousSealKey, words: "\(old) is retired; it stays on the desk, for backups of its time")
    ]
  }
}
