import BootImage
import PKI
import PrivateKeys
public import SecretMemory

/// How the offline root's key is had, which is asked for only when the root must sign.
public struct RootAccess {
  /// The passphrase of the key's file; the argument tells whether the file is new, so that it is asked for twice.
  public var passphrase: (_ isNew: Bool) throws(DeskError) -> SecretBytes
  /// Whether the passphrase can be had without asking a person for something that could wait.
  public var isAtHand = true
  /// PBKDF2's iterations for a new file.
  var iterations = 600_000

  /// Access through `passphrase`.
  public init(passphrase: @escaping (_ isNew: Bool) throws(DeskError) -> SecretBytes) { self.passphrase = passphrase }

  /// The key at `path`; a new one is made, and written there first, where `mayBeMade`.
  func key(at path: String, mayBeMade: Bool) throws(DeskError) -> PrivateKey {
    let file = try DeskError.onDisk { () throws(FileError) in
      try HostFile.isThere(path) ? try HostFile.read(path) : nil
    }
    if let file {
      let passphrase = try passphrase(false)
      return try DeskError.refusing(path) { () throws(PrivateKeyError) in
        try PrivateKey(encryptedPEM: file, passphrase: passphrase)
      }
    }
    guard mayBeMade else {
      throw .refused("the root must sign, and its key is not at \(path): name it with --root-key")
    }
    let passphrase = try passphrase(true)
    guard passphrase.count >= DeskLock.shortestPassphrase else {
      throw .refused("the root's passphrase has fewer than \(DeskLock.shortestPassphrase) characters")
    }
    let key = try DeskError.onMachine { () throws(PrivateKeyError) in try PrivateKey.generate(Authority.root.curve) }
    let encrypted = try DeskError.onMachine { () throws(PrivateKeyError) in
      try key.encryptedPEM(passphrase: passphrase, iterations: iterations)
    }
    try DeskError.onDisk { () throws(FileError) in
      // A folder that is missing may be a medium that is not mounted: nothing is made in its place.
      try HostFile.replace(path, with: encrypted, mode: 0o600)
    }
    return key
  }
}
