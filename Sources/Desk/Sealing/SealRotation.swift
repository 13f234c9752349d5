/// Replaces the static seal's key: `ll-bootimage seal rotate`, and `--finish` once every master has started with the new one.
///
/// In between both keys are sealed to every master: OpenBao decrypts with either, and writes with the new one.
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
    session.secrets.remove(SecretName.sealKey)
    let new = try session.randomSecret(SecretName.sealKey).value
    try session.saveSecrets()
    return [
      DeskChange(
        name: SecretName.sealKey,
        words: "\(NodeSecrets.id(of: new)) from now on; \(NodeSecrets.id(of: current)) is the previous one")
    ]
  }

  /// Drops the previous key. Whether every master has started with the new one, only the masters know.
  public func finish() throws(DeskError) -> [DeskChange] {
    guard let previous = try session.secrets.value(SecretName.previousSealKey) else {
      throw .refused("no rotation has begun: there is no previous key")
    }
    session.secrets.remove(SecretName.previousSealKey)
    try session.saveSecrets()
    return [DeskChange(name: SecretName.previousSealKey, words: "\(NodeSecrets.id(of: previous)) is dropped")]
  }
}
