public import Age
public import BootImage
import Glibc
import PKI
import PrivateKeys
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

  private var lock: DeskLock
  private let folderLock: FolderLock
  private var isNew: Bool

  /// Opens the desk of `cluster`; `reconciles` where its secrets and its certificates may be of different times.
  public static func open(
    _ paths: DeskPaths, cluster: ClusterDefinition, with lock: DeskLock, reconciles: Bool = false
  ) throws(DeskError) -> DeskSession {
    guard HostFile.isFolder(paths.secretFolder) else { throw noDesk(paths) }
    let folder = try DeskError.onDisk { () throws(FileError) in try FolderLock(holding: paths.secretFolder) }
    guard let file = try secretsFile(paths) else { throw noDesk(paths) }
    return try DeskSession(
      paths: paths, cluster: cluster, secrets: try lock.open(file, cluster: cluster.name), lock: lock,
      folderLock: folder, isNew: false, reconciles: reconciles)
  }

  /// What opens a desk, and for whom a new one is encrypted; a passphrase has no recipients.
  public typealias Opening = (lock: DeskLock, recipients: [AgeRecipient])

  /// Makes the desk of `cluster`, or goes on with the one that is there. `opening` is asked under the desk's lock, and told whether it is new.
  public static func begin(
    _ paths: DeskPaths, cluster: ClusterDefinition, isLab: Bool = false,
    with opening: (_ isNew: Bool) throws(DeskError) -> Opening
  ) throws(DeskError) -> DeskSession {
    let folder = try DeskError.onDisk { () throws(FileError) in
      try HostFile.makePrivateFolder(paths.secretFolder)
      return try FolderLock(holding: paths.secretFolder)
    }
    if let file = try secretsFile(paths) {
      let (lock, recipients) = try opening(false)
      let secrets = try lock.open(file, cluster: cluster.name)
      guard recipients.isEmpty || Set(recipients) == Set(secrets.recipients) else {
        throw .refused(
          "\(paths.secrets) is there already, for others: `ll-bootimage pki relock` changes who can open it")
      }
      return try DeskSession(
        paths: paths, cluster: cluster, secrets: secrets, lock: lock, folderLock: folder, isNew: false,
        reconciles: false, isLab: isLab)
    }
    let (lock, recipients): Opening
    do throws(DeskError) {
      (lock, recipients) = try opening(true)
      try lock.check(recipients)
    } catch {
      // Nothing is left of a desk that was refused; a folder with anything in it stays.
      rmdir(paths.secretFolder)
      throw error
    }
    return try DeskSession(
      paths: paths, cluster: cluster,
      secrets: DeskSecrets(cluster: cluster.name, recipients: recipients, isLab: isLab), lock: lock,
      folderLock: folder, isNew: true, reconciles: false, isLab: isLab)
  }

  private static func noDesk(_ paths: DeskPaths) -> DeskError {
    .refused("no desk yet: \(paths.secrets) is missing; `ll-bootimage pki init` makes it")
  }

  private static func secretsFile(_ paths: DeskPaths) throws(DeskError) -> [UInt8]? {
    try DeskError.onDisk { () throws(FileError) in
      try HostFile.isThere(paths.secrets) ? try HostFile.read(paths.secrets) : nil
    }
  }

  private init(
    paths: DeskPaths, cluster: ClusterDefinition, secrets: DeskSecrets, lock: DeskLock, folderLock: FolderLock,
    isNew: Bool, reconciles: Bool, isLab: Bool = false
  ) throws(DeskError) {
    self.paths = paths
    self.cluster = cluster
    self.secrets = secrets
    self.lock = lock
    self.folderLock = folderLock
    self.isNew = isNew
    guard secrets.isLab == isLab else {
      throw .refused("\(paths.folder) is an INSECURE lab's desk: only `ll-bootimage build --lab` uses it")
    }
    record = try CertificateFolder.read(paths, cluster: cluster.name) ?? CertificateRecord(cluster: cluster.name)
    // The secrets are written first, so the record may be one behind, where a run was interrupted; never more, and never ahead.
    let lag = secrets.generation - record.generation
    guard (0...1).contains(lag) || reconciles else {
      throw .refused(
        "\(paths.certificates) and \(paths.secrets) are not of the same time (\(record.generation) and \(secrets.generation)): put back "
          + "the one that is missing or older. If it is lost for good, --reconcile goes on with what is there: missing keys are made again, "
          + "and revocations, organisations and administrators that only the lost one knew are forgotten")
    }
    try prepareFolder()
  }

  /// What a killed run left in the folder goes; what keeps it out of git is there.
  private func prepareFolder() throws(DeskError) {
    let folder = paths.secretFolder
    HostFile.sweep(folder, of: ["desk.age", "root.key.pem", ".gitignore"])
    try DeskError.onDisk { () throws(FileError) in
      let ignored = "\(folder)/.gitignore"
      if try !HostFile.isThere(ignored) { try HostFile.replace(ignored, with: Array("*\n".utf8)) }
    }
  }

  /// Writes the secrets, where any changed: the old file or the new one is there at every moment. What is written was read back first.
  func saveSecrets() throws(DeskError) {
    guard secrets.mustBeWritten || isNew else { return }
    let plaintext = try secrets.plaintext()
    let written = try DeskSecrets(reading: plaintext)
    let file = try lock.close(secrets)
    _ = try lock.open(file, cluster: cluster.name)
    try DeskError.onDisk { () throws(FileError) in try HostFile.replace(paths.secrets, with: file, mode: 0o600) }
    secrets = written
    isNew = false
  }

  /// Encrypts the secrets anew, for `recipients`, or under the passphrase of `lock` where there are none.
  public func relock(_ lock: DeskLock, recipients: [AgeRecipient]) throws(DeskError) {
    try lock.check(recipients)
    self.lock = lock
    secrets.recipients = recipients
    isNew = true
    try saveSecrets()
  }

  /// Makes what is missing of the secrets that the whole cluster shares, and makes it durable; says what was made.
  func makeClusterSecrets() throws(DeskError) -> [DeskChange] {
    var changes: [DeskChange] = []
    for (name, what) in [
      (SecretName.sealKey, "the static seal's key"), (SecretName.etcdEncryption, "the key of Secrets in etcd"),
    ] where !secrets.has(name) {
      try makeRandomSecret(name)
      changes.append(DeskChange(name: name, words: "made: \(what)"))
    }
    for (name, what) in [
      (SecretName.serviceAccount, "the key of service-account tokens"), (SecretName.releaseKey, "the release key"),
    ] where !secrets.has(name) {
      let der = try DeskError.onMachine { () throws(PrivateKeyError) in try PrivateKey.generate(.p256).der() }
      try secrets.set(name, to: der)
      changes.append(DeskChange(name: name, words: "made: \(what)"))
    }
    try saveSecrets()
    return changes
  }

  /// Makes the secret `name` of 32 random bytes.
  @discardableResult
  func makeRandomSecret(_ name: String) throws(DeskError) -> SecretBytes {
    let value = try DeskError.onMachine { () throws(SecretMemoryError) in try SecretBytes.random(count: 32) }
    try secrets.set(name, to: value)
    return value
  }
}
