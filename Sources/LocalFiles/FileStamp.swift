public import Glibc

/// What tells that a file is another one than at the last look. The change time also moves with owner and mode.
public struct FileStamp: Sendable, Hashable {
  private var device: UInt
  private var inode: UInt
  private var modified: [Int]
  private var changed: [Int]
  /// The size in bytes.
  public private(set) var size: Int
  /// The type and the permission bits.
  public private(set) var mode: UInt32

  /// Of what stat(2) told.
  public init(_ status: stat) {
    device = UInt(status.st_dev)
    inode = UInt(status.st_ino)
    modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
    changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
    size = Int(status.st_size)
    mode = status.st_mode
  }

  /// Of the file that `path` leads to; `nil` with `errno` where there is none that can be looked at.
  public init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  /// Whether everyone on the machine may read it.
  public var isWorldReadable: Bool { mode & UInt32(S_IROTH) != 0 }
}
