import Glibc

/// The files and sockets that this process has open.
public enum OpenFiles {
  /// Marks all but the standard streams for closing in children (FD_CLOEXEC). NIO does not mark its sockets, and a child that has one keeps the port of
  /// a server that is gone.
  public static func keepFromChildren() {
    guard let folder = opendir("/proc/self/fd") else { return }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard let number = Int32(name), number > STDERR_FILENO else { continue }
      _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    }
  }
}
