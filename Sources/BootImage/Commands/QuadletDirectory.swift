import Glibc
public import Quadlet

/// A folder of quadlets on the engineer's machine, read as podman's generator reads it.
public struct QuadletDirectory: Sendable {
  /// Units and drop-ins, their paths relative to the folder; what quadlet does not read is left out.
  public private(set) var files: [QuadletFile] = []
  /// Whether there is any unit, not only drop-ins.
  public private(set) var holdsUnits = false
  private var visited: Set<Place> = []
  private var size = 0

  /// A folder's identity, by which one that links lead back to is told.
  private struct Place: Hashable {
    var device: dev_t
    var inode: ino_t
  }

  /// The most that is read of one folder, in bytes.
  static let largest = 64 << 20

  /// Reads `path` and the folders below it. Links are followed, each folder is read once; as with podman the system's generator does not look into
  /// `users`, where its users' quadlets lie.
  public init(reading path: String, mode: GeneratorMode) throws(FileError) {
    try read(path, below: "", skipping: mode == .system ? "users" : nil)
  }

  private mutating func read(_ folder: String, below prefix: String, skipping skipped: String?) throws(FileError) {
    var status = stat()
    guard stat(folder, &status) == 0 else { throw .current("cannot read", folder) }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw FileError("cannot read", folder, reason: "it is no folder") }
    guard visited.insert(Place(device: status.st_dev, inode: status.st_ino)).inserted else { return }
    guard let names = HostFile.names(in: folder) else { throw .current("cannot read", folder) }
    for name in names where name != skipped {
      let path = "\(folder)/\(name)"
      guard stat(path, &status) == 0 else {
        // A dangling link is not there for podman either.
        if errno == ENOENT || errno == ELOOP { continue }
        throw .current("cannot read", path)
      }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: try read(path, below: "\(prefix)\(name)/", skipping: nil)
      case S_IFREG where QuadletUnit.kind(of: name) != nil || name.hasSuffix(".conf"):
        let bytes = try HostFile.read(path)
        size += bytes.count
        guard size <= Self.largest else {
          throw FileError("cannot read", path, reason: "the folder holds more than \(Self.largest >> 20) MiB of units")
        }
        if QuadletUnit.kind(of: name) != nil { holdsUnits = true }
        files.append(QuadletFile(path: prefix + name, bytes: bytes))
      default: continue
      }
    }
  }
}
