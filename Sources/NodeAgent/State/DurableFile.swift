import Glibc

/// A file of which, after a power cut or a kill at any step, either the old or the new content is there, whole.
struct DurableFile: Sendable, Hashable {
  /// Where it is.
  let path: String
  /// The most that is read, in bytes.
  var limit = 1 << 20

  /// Its bytes, at most ``limit``; `nil` where it is not there. A symbolic link is none of ours.
  func read() throws(StateError) -> [UInt8]? { try contents(O_NOFOLLOW) }

  /// The same for a file of somebody else's, who may have put a link there: Kubernetes' projected volumes do.
  func readingLinks() throws(StateError) -> [UInt8]? { try contents(0) }

  private func contents(_ flags: Int32) throws(StateError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw .system(action: "read", path: path, code: errno)
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = Glibc.read(descriptor, &part, part.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system(action: "read", path: path, code: errno) }
      guard count > 0 else { return bytes }
      bytes += part[..<count]
      guard bytes.count <= limit else { throw .system(action: "read", path: path, code: EFBIG) }
    }
  }

  /// Replaces it: written beside with mode 0600, made durable, put in place, the folder made durable.
  func replace(with bytes: [UInt8]) throws(StateError) {
    let beside = path + ".new"
    // What a run that was killed left behind.
    unlink(beside)
    do throws(StateError) {
      try write(bytes, to: beside)
      guard rename(beside, path) == 0 else { throw .system(action: "put in place", path: path, code: errno) }
    } catch {
      unlink(beside)
      throw error
    }
    try syncFolder()
  }

  private func write(_ bytes: [UInt8], to beside: String) throws(StateError) {
    let descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .system(action: "write", path: beside, code: errno) }
    defer { close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system(action: "write", path: beside, code: errno) }
      rest = rest.dropFirst(count)
    }
    guard fsync(descriptor) == 0 else { throw .system(action: "make durable", path: beside, code: errno) }
  }

  private func syncFolder() throws(StateError) {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(action: "make durable", path: folder, code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .system(action: "make durable", path: folder, code: errno) }
  }
}
