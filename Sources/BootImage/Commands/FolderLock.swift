import Glibc

/// A lock on a folder of outputs (flock(2)), held until this object goes.
///
/// It is taken on the parent, since exchanging folders changes what the path itself stands for. The kernel drops it when the process dies.
public final class FolderLock {
  private let descriptor: Int32

  /// Locks the folder `parent`, or `target` where the parent cannot be read; waits a minute for whoever has it. `name` is for messages.
  init(_ parent: String, or target: String?, for name: String) throws(FileError) {
    var descriptor = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0, let target { descriptor = open(target, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw .current("cannot write into", name) }
    self.descriptor = descriptor
    for _ in 0..<600 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
      guard errno == EWOULDBLOCK || errno == EINTR else { throw .current("cannot lock", parent) }
      usleep(100_000)
    }
    throw FileError("cannot write into", name, reason: "another build has been at work there for a minute")
  }

  /// Locks the folder `path` itself, as work on a cluster's desk does; waits a minute for whoever has it.
  public convenience init(holding path: String) throws(FileError) { try self.init(path, or: nil, for: path) }

  deinit { close(descriptor) }
}
