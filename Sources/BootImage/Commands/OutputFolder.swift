import CLinux
import Glibc

/// A folder of outputs that appears whole or not at all.
///
/// Everything is written into a folder beside, made durable, and then exchanged with the old one in one system call (renameat2(2),
/// RENAME_EXCHANGE). Where that cannot be (the parent is not ours, the target is a mount point, the file system cannot exchange, somebody else's files lie in
/// it) each file is renamed into place, the manifest last: then every file is whole at every moment, and a manifest that does not match its
/// files tells of an interrupted build. Until then nothing of the old outputs is touched.
public final class OutputFolder {
  private let target: String
  private let staging: String
  private let isBeside: Bool
  private var names: Set<String> = []
  private var isCommitted = false

  /// The name that is renamed last and lists the others.
  public static let manifest = "manifest.json"

  /// Starts outputs for the folder `path`, which need not exist; its parent must.
  public init(replacing path: String) throws(FileError) {
    var target = path
    if let real = realpath(path, nil) {
      target = String(cString: real)
      free(real)
      var status = stat()
      guard stat(target, &status) == 0 else { throw .current("cannot write into", path) }
      guard status.st_mode & S_IFMT == S_IFDIR else {
        throw FileError("cannot write into", path, reason: "it is not a directory")
      }
    }
    let beside = "\(Path.parent(of: target))/.\(Path.name(of: target)).XXXXXX"
    let sibling = Self.makeFolder(beside)
    let refusal = FileError.current("cannot write into", path)
    guard let staging = sibling ?? Self.makeFolder("\(target)/.ll-bootimage.XXXXXX") else { throw refusal }
    self.target = target
    self.staging = staging
    isBeside = sibling != nil
  }

  /// Adds the file `name`; nothing of it is seen before ``commit()``.
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
    guard link("\(target)/\(name)", "\(staging)/\(name)") == 0 else {
      throw .current("cannot keep", "\(target)/\(name)")
    }
    names.insert(name)
  }

  /// Puts the new outputs in the place of the old ones. `obsolete` are old outputs that go; whatever else lies in the folder stays.
  public func commit(obsolete: Set<String>) throws(FileError) {
    try syncFileSystem()
    guard HostFile.exists(target) else {
      guard chmod(staging, 0o755) == 0, rename(staging, target) == 0 else {
        throw .current("cannot write into", target)
      }
      isCommitted = true
      try HostFile.sync(Path.parent(of: target))
      return
    }
    let foreign = (HostFile.names(in: target) ?? []).filter {
      !names.contains($0) && !obsolete.contains($0) && "\(target)/\($0)" != staging
    }
    if isBeside, foreign.isEmpty, exchange() {
      Self.remove(staging)
    } else {
      try moveEach(obsolete: obsolete)
    }
    isCommitted = true
  }

  deinit { if !isCommitted { Self.remove(staging) } }

  private func exchange() -> Bool {
    var status = stat()
    guard stat(target, &status) == 0, chmod(staging, status.st_mode & 0o7777) == 0,
      chown(staging, status.st_uid, status.st_gid) == 0, ll_rename_exchange(staging, target) == 0
    else { return false }
    return true
  }

  private func moveEach(obsolete: Set<String>) throws(FileError) {
    for name in names.subtracting([Self.manifest]).sorted() + (names.contains(Self.manifest) ? [Self.manifest] : []) {
      guard rename("\(staging)/\(name)", "\(target)/\(name)") == 0 else {
        throw .current("cannot write", "\(target)/\(name)")
      }
    }
    for name in obsolete.subtracting(names) where unlink("\(target)/\(name)") != 0 && errno != ENOENT {
      throw .current("cannot remove", "\(target)/\(name)")
    }
    Self.remove(staging)
    try HostFile.sync(target)
  }

  private func syncFileSystem() throws(FileError) {
    let descriptor = open(staging, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .current("cannot sync", staging) }
    defer { close(descriptor) }
    guard ll_syncfs(descriptor) == 0 else { throw .current("cannot write into", target) }
  }

  private static func makeFolder(_ template: String) -> String? {
    var bytes = Array(template.utf8CString)
    return bytes.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
    }
  }

  /// Removes a folder of plain files, all that a build ever makes.
  private static func remove(_ folder: String) {
    for name in HostFile.names(in: folder) ?? [] { unlink("\(folder)/\(name)") }
    rmdir(folder)
  }
}
