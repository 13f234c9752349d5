import Glibc
import LocalFiles

extension Descriptor {
  /// A pipe's two ends, closed in whatever is executed; `nil` with `errno` where there is none to have.
  static func pipe() -> (reading: Int32, writing: Int32)? {
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else { return nil }
    // Glibc's module has no pipe2. Children are started one after another, so none is started between the two calls.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}
