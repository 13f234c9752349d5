public import Age
public import BootImage
import Glibc
import PKI
import SecretMemory

/// One command's work at a cluster's desk: the folder locked, the secrets open.
public final class DeskSession {
  /// Where everything lies.
  public let paths: DeskPaths
  /// The cluster.
  public let cluster: ClusterDefinition
  /// The secrets.
  public internal(set) var secrets: DeskSecrets
  /// What is known of the certificates.
  public internal(set) var record: CertificateRecord

  private let lock: DeskLock
  private let folderLock: FolderLock
  private let isNew: Bool

  /// Opens the desk of `cluster`.
  public static func open(
    _ paths: DeskPaths, cluster: ClusterDefinition, with lock: DeskLock
  ) throws(DeskError) -> DeskSession {
    let file = try DeskError.onDisk { () throws(FileError) in
      try HostFile.isThere(paths.secrets) ? try HostFile.read(paths.secrets) : nil
    }
    guard let file else {
      throw .refused("no desk yet: \(paths.secrets) is missing; `ll-bootimage pki init` makes it")
    }
    let folder = try DeskError.onDisk { () throws(FileError) in try FolderLock(holding: paths.secretFolder) }
    return try DeskSession(
      paths: paths, cluster: cluster, secrets: try lock.open(file, cluster: cluster.name), lock: lock,
      folderLock: folder, isNew: false)
  }

  /// Makes the desk of `cluster`, whose secrets `recipients` can open, or a passphrase where there are none; goes on with the one that is there.
  public static func begin(
    _ paths: DeskPaths, cluster: ClusterDefinition, with lock: DeskLock, recipients: [AgeRecipient]
  ) throws(DeskError) -> DeskSession {
    try DeskError.onDisk { () throws(FileError) in try HostFile.makePrivateFolder(paths.secretFolder) }
    if try DeskError.onDisk({ () throws(FileError) in try HostFile.isThere(paths.secrets) }) {
      return try open(paths, cluster: cluster, with: lock)
    }
    let folder = try DeskError.onDisk { () throws(FileError) in
      let lock = try FolderLock(holding: paths.secretFolder)
      let ignored = "\(paths.secretFolder)/.gitignore"
      if try !HostFile.isThere(ignored) { try HostFile.replace(ignored, with: Array("*\n".utf8)) }
      return lock
    }
    if case .passphrase(let passphrase) = lock, passphrase.count < DeskLock.shortestPassphrase {
      throw .refused("the passphrase has fewer than \(DeskLock.shortestPassphrase) characters")
    }
    return try DeskSession(
      paths: paths, cluster: cluster, secrets: DeskSecrets(cluster: cluster.name, recipients: recipients), lock: lock,
      folderLock: folder, isNew: true)
  }

  private init(
    paths: DeskPaths, cluster: ClusterDefinition, secrets: DeskSecrets, lock: DeskLock, folderLock: FolderLock,
    isNew: Bool
  ) throws(DeskError) {
    self.paths = paths
    self.cluster = cluster
    self.secrets = secrets
    self.lock = lock
    self.folderLock = folderLock
    self.isNew = isNew
    record = try CertificateFolder.read(paths, cluster: cluster.name) ?? CertificateRecord(cluster: cluster.name)
  }

  /// Writes the secrets, where any changed: the old file or the new one is there at every moment.
  func saveSecrets() throws(DeskError) {
    guard secrets.mustBeWritten || isNew else { return }
    let file = try lock.close(secrets)
    try DeskError.onDisk { () throws(FileError) in try HostFile.replace(paths.secrets, with: file, mode: 0o600) }
    secrets = try DeskSecrets(reading: try secrets.plaintext())
  }

  /// The secret `name`, made of 32 random bytes where there is none yet.
  func randomSecret(_ name: String) throws(DeskError) -> (value: SecretBytes, isNew: Bool) {
    if let value = try secrets.value(name) { return (value, false) }
    let value = try DeskError.onMachine { () throws(SecretMemoryError) in try SecretBytes.random(count: 32) }
    try secrets.set(name, to: value)
    return (value, true)
  }
}
