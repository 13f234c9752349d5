import CLinux
import Glibc

/// A folder of outputs that appears whole or not at all.
///
/// Everything is written into a folder beside, made durable, and then exchanged with the old one in one system call (renameat2(2),
/// RENAME_EXCHANGE). Where that cannot be (the parent is not ours, the target is a mount point, the file system cannot exchange, somebody else's
/// files lie in it) the new files are staged inside the target and each is renamed into place, the manifest last: then every file is whole at every
/// moment, and a manifest that does not match its files tells of an interrupted build. Until then nothing of the old outputs is touched.
///
/// Only one build at a time works on a folder, under a lock; what a killed one left beside is removed by the next.
public final class OutputFolder {
  private let target: String
  private let lock: FolderLock
  private var staging: String
  private var names: Set<String> = []
  private var isCommitted = false

  /// The name that is renamed last and lists the others.
  public static let manifest = "manifest.json"

  /// Starts outputs for the folder `path`, which need not exist; its parent must. Waits for another build on the same folder.
  public init(replacing path: String) throws(FileError) {
    guard !path.isEmpty else { throw FileError("cannot write into", "the folder ''", reason: "it has no name") }
    var target = path
    let exists = try HostFile.isThere(path)
    if exists, let real = realpath(path, nil) {
      target = String(cString: real)
      free(real)
      guard HostFile.isFolder(target) else {
        throw FileError("cannot write into", path, reason: "it is not a directory")
      }
      guard access(target, R_OK | W_OK | X_OK) == 0 else { throw .current("cannot write into", path) }
    }
    let parent = Path.parent(of: target)
    lock = try FolderLock(parent, or: exists ? target : nil, for: path)
    StagingFolder.sweep(beside: target)
    let sibling = StagingFolder.make("\(parent)/\(StagingFolder.prefix(for: target))")
    let refusal = FileError.current("cannot write into", path)
    guard let staging = sibling ?? (exists ? StagingFolder.make("\(target)/\(StagingFolder.insidePrefix)") : nil) else {
      throw refusal
    }
    self.target = target
    self.staging = staging
  }

  /// Adds the file `name`; nothing of it is seen before ``commit(obsolete:)``.
  public func add(_ name: String, _ bytes: [UInt8]) throws(FileError) {
    do throws(FileError) {
      try HostFile.write(bytes, to: "\(staging)/\(name)")
    } catch {
      throw FileError(error.action, "\(target)/\(name)", reason: error.reason)
    }
    names.insert(name)
  }

  /// Keeps the file `name` of the old outputs, as it is.
  public func keep(_ name: String) throws(FileError) {
    if link("\(target)/\(name)", "\(staging)/\(name)") != 0 {
      // Somebody else's file (fs.protected_hardlinks), or a file system without links.
      try HostFile.write(try HostFile.read("\(target)/\(name)"), to: "\(staging)/\(name)")
    }
    names.insert(name)
  }

  /// Puts the new outputs in the place of the old ones. `obsolete` are old outputs that go; whatever else lies in the folder stays.
  public func commit(obsolete: Set<String>) throws(FileError) {
    try sync()
    guard try HostFile.isThere(target) else {
      guard chmod(staging, 0o777 & ~HostFile.umask) == 0, rename(staging, target) == 0 else {
        throw .current("cannot write into", target)
      }
      isCommitted = true
      StagingFolder.forget(staging)
      try HostFile.sync(Path.parent(of: target))
      return
    }
    let foreign = try foreignNames(obsolete: obsolete)
    if foreign.isEmpty, !isInside, exchange() {
      StagingFolder.remove(staging)
    } else {
      try stageInside()
      try moveEach(obsolete: obsolete)
    }
    isCommitted = true
  }

  deinit { if !isCommitted { StagingFolder.remove(staging) } }

  private var isInside: Bool { Path.parent(of: staging) == target }

  /// What in the target is not ours; an error where something that is not a file, or not our manifest, has the name of an output.
  private func foreignNames(obsolete: Set<String>) throws(FileError) -> [String] {
    guard let present = HostFile.names(in: target) else { throw .current("cannot write into", target) }
    for name in present where names.contains(name) {
      let path = "\(target)/\(name)"
      guard HostFile.isRegular(path) else {
        throw FileError("cannot write", path, reason: "what stands there is not a file; it was left alone")
      }
      if name == Self.manifest, !PreviousOutputs.isOurs(try HostFile.read(path)) {
        throw FileError(
          "cannot write", path, reason: "what stands there is not a manifest of ll-bootimage; it was left alone")
      }
    }
    return present.filter { !names.contains($0) && !obsolete.contains($0) && "\(target)/\($0)" != staging }
  }

  private func exchange() -> Bool {
    var status = stat()
    guard stat(target, &status) == 0, chmod(staging, status.st_mode & 0o7777) == 0,
      chown(staging, status.st_uid, status.st_gid) == 0, ll_rename_exchange(staging, target) == 0
    else { return false }
    return true
  }

  /// Brings what stands beside into the target: a rename does not cross mounts, even of one file system.
  private func stageInside() throws(FileError) {
    guard !isInside else { return }
    guard let inside = StagingFolder.make("\(target)/\(StagingFolder.insidePrefix)") else {
      throw .current("cannot write into", target)
    }
    let beside = staging
    do throws(FileError) {
      for name in names.sorted() { try HostFile.write(try HostFile.read("\(beside)/\(name)"), to: "\(inside)/\(name)") }
    } catch {
      StagingFolder.remove(inside)
      throw FileError(error.action, target, reason: error.reason)
    }
    staging = inside
    StagingFolder.remove(beside)
    try sync()
  }

  private func moveEach(obsolete: Set<String>) throws(FileError) {
    let last = names.contains(Self.manifest) ? [Self.manifest] : []
    for name in names.subtracting(last).sorted() + last {
      guard rename("\(staging)/\(name)", "\(target)/\(name)") == 0 else {
        throw .current("cannot write", "\(target)/\(name)")
      }
    }
    for name in obsolete.subtracting(names) where unlink("\(target)/\(name)") != 0 && errno != ENOENT {
      throw .current("cannot remove", "\(target)/\(name)")
    }
    StagingFolder.remove(staging)
    try HostFile.sync(target)
  }

  private func sync() throws(FileError) {
    let descriptor = open(staging, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .current("cannot sync", staging) }
    defer { close(descriptor) }
    guard ll_syncfs(descriptor) == 0 else { throw .current("cannot write into", target) }
  }
}
