import Glibc

/// A file that is there whole or not at all, whatever ends the process or the machine: written beside, synced, renamed,
/// and the folder synced.
struct DurableFile: Sendable {
  let path: String

  /// Its bytes, at most `limit`; `nil` where there is none.
  func contents(limit: Int = 64 << 20) throws(OperatorError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw .file(path, Self.words(errno))
    }
    defer { close(descriptor) }
    var file = stat()
    guard fstat(descriptor, &file) == 0 else { throw .file(path, Self.words(errno)) }
    guard file.st_mode & S_IFMT == S_IFREG else { throw .file(path, "not a regular file") }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &part, part.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .file(path, Self.words(errno)) }
      guard count > 0 else { return bytes }
      bytes += part[..<count]
      guard bytes.count <= limit else { throw .file(path, "longer than \(limit) bytes") }
    }
  }

  /// Replaces it, with mode 0600. When this returns, the bytes outlive a power cut.
  func replace(with bytes: [UInt8]) throws(OperatorError) {
    let beside = path + ".new"
    let descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .file(beside, Self.words(errno)) }
    var fault: Int32 = 0
    var rest = bytes[...]
    while !rest.isEmpty, fault == 0 {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if count < 0, errno == EINTR {
        continue
      } else {
        fault = count < 0 ? errno : EIO
      }
    }
    if fault == 0, fsync(descriptor) != 0 { fault = errno }
    if close(descriptor) != 0, fault == 0 { fault = errno }
    if fault == 0, rename(beside, path) != 0 { fault = errno }
    guard fault == 0 else {
      unlink(beside)
      throw .file(path, Self.words(fault))
    }
    try syncFolder()
  }

  private func syncFolder() throws(OperatorError) {
    let end = path.lastIndex(of: "/")
    let folder = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(folder, Self.words(errno)) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .file(folder, Self.words(errno)) }
  }

  static func words(_ code: Int32) -> String { String(cString: strerror(code)) }
}
