import CLinux
import Glibc
import LocalFiles
public import SecretMemory

/// Secrets on their way into files on a tmpfs: all of them, or none.
public enum SecretFiles {
  /// A secret and the file that it becomes.
  public struct Item {
    /// The file's path.
    public var path: String
    /// Its content, as it is: no newline is added.
    public var secret: SecretBytes
    /// Whose it is.
    public var access: FileAccess

    /// A secret for a file.
    public init(path: String, secret: SecretBytes, access: FileAccess) {
      self.path = path
      self.secret = secret
      self.access = access
    }
  }

  /// Writes every item beside its place, with owner, label and mode, and puts them in place once all are whole. After an error nothing is left
  /// beside, and no new file is there; where one could not be put in place, neither are those before it, old or new.
  public static func write(_ items: [Item]) throws(ReleaseError) { try write(items, system: MemoryFolder.System()) }

  static func write(_ items: [Item], system: MemoryFolder.System) throws(ReleaseError) {
    for folder in Set(items.map { LocalFolder(holding: $0.path).path }).sorted() {
      _ = try MemoryFolder(folder, system: system)
    }
    var beside: [String] = []
    var placed: [String] = []
    do throws(ReleaseError) {
      for item in items {
        let path = besides(item.path)
        // What a killed run left behind is of no use to anybody.
        unlink(path)
        beside.append(path)
        try make(item, at: path)
      }
      for (item, path) in zip(items, beside) {
        guard rename(path, item.path) == 0 else { throw ReleaseError.current("put in place", item.path) }
        placed.append(item.path)
      }
    } catch {
      for path in beside + placed { unlink(path) }
      throw error
    }
  }

  /// Unlinks the files, and what a killed run left beside them; one that is not there is no error. The first that cannot be unlinked is thrown
  /// once all were tried.
  public static func remove(_ paths: [String]) throws(ReleaseError) {
    var failure: ReleaseError?
    for path in paths.flatMap({ [$0, besides($0)] }) where unlink(path) != 0 && errno != ENOENT {
      failure = failure ?? .current("unlink", path)
    }
    if let failure { throw failure }
  }

  private static func besides(_ path: String) -> String {
    let folder = LocalFolder(holding: path).path
    return "\(folder)/.\(path.split(separator: "/").last ?? "").ll-new"
  }

  private static func make(_ item: Item, at path: String) throws(ReleaseError) {
    // Nobody but this process can open it before it has its owner, label and mode.
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0)
    guard descriptor >= 0 else { throw .current("make", path) }
    let file = Descriptor(owning: descriptor)
    guard item.secret.withUnsafeBytes({ file.write($0) }) else { throw .current("write", path) }
    let access = item.access
    if access.user != nil || access.group != nil,
      fchown(descriptor, access.user ?? uid_t.max, access.group ?? gid_t.max) != 0
    {
      throw .current("give away", path)
    }
    if let context = access.selinuxContext { try label(descriptor, context, path) }
    guard fchmod(descriptor, access.mode) == 0 else { throw .current("set the mode of", path) }
  }

  private static func label(_ descriptor: Int32, _ context: String, _ path: String) throws(ReleaseError) {
    guard ll_set_selinux_context(descriptor, context) != 0 else { return }
    let code = errno
    // A host without SELinux has no labels to set; one with it must have this one.
    if access("/sys/fs/selinux/enforce", F_OK) != 0, [ENOTSUP, EPERM, EACCES].contains(code) { return }
    throw .system(action: "label", path: path, code: code)
  }
}
