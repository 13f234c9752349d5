import Glibc

/// The file `<path>.partial` while it grows: its bytes are hashed as they are written, and it becomes `<path>` by rename.
///
/// It is locked for as long as it is open, so that two processes never write into one another's download.
final class PartialFile {
  private let request: DownloadRequest
  private let descriptor: Int32
  private var running: RunningDigest
  /// How many bytes are in it.
  private(set) var size: Int64 = 0

  /// Opens it, with what is in it hashed; emptied where the request does not resume.
  init(_ request: DownloadRequest) throws(HTTPFetchError) {
    self.request = request
    descriptor = try PartialFile.openLocked(request.partialPath)
    running = RunningDigest(request.digest.algorithm)
    if request.resume {
      (running, size) = try PartialFile.hash(descriptor, request.digest.algorithm, path: request.partialPath)
    } else {
      try restart()
    }
  }

  deinit { close(descriptor) }

  /// Whether what is in it is what was asked for.
  var isComplete: Bool { running.digest == request.digest }

  /// The digest of what is in it.
  var digest: ContentDigest { running.digest }

  /// Forgets everything that is in it.
  func restart() throws(HTTPFetchError) {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw failure("empty") }
    running = RunningDigest(request.digest.algorithm)
    size = 0
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(HTTPFetchError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let written = write(descriptor, part.baseAddress, part.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw failure("write")
      }
      // What reached the file is hashed even if the rest does not, so that size and digest agree with it for a later attempt.
      running.update(UnsafeRawBufferPointer(rebasing: part[..<written]))
      size += Int64(written)
      rest = rest.dropFirst(written)
    }
  }

  /// Makes it the file that was asked for: on the disk before it has the name, and the name on the disk too.
  func publish() throws(HTTPFetchError) {
    guard fsync(descriptor) == 0 else { throw failure("sync") }
    guard rename(request.partialPath, request.path) == 0 else { throw failure("rename") }
    let end = request.path.lastIndex(of: "/")
    let folder = end.map { $0 == request.path.startIndex ? "/" : String(request.path[..<$0]) } ?? "."
    let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw .file(path: folder, operation: "open", code: errno) }
    defer { close(directory) }
    // Some network file systems cannot sync a directory, and say so.
    guard fsync(directory) == 0 || errno == EINVAL else { throw .file(path: folder, operation: "sync", code: errno) }
  }

  /// Removes it: what is in it will never be what was asked for.
  func discard() throws(HTTPFetchError) {
    guard unlink(request.partialPath) == 0 || errno == ENOENT else { throw failure("remove") }
  }

  private func failure(_ operation: String) -> HTTPFetchError {
    .file(path: request.partialPath, operation: operation, code: errno)
  }

  private static func openLocked(_ path: String) throws(HTTPFetchError) -> Int32 {
    while true {
      // Without waiting, here and below: a FIFO of that name has nothing to read and nobody who will write.
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
      guard descriptor >= 0 else { throw .file(path: path, operation: "create", code: errno) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let code = errno
        close(descriptor)
        throw code == EWOULDBLOCK ? .busy(path: path) : .file(path: path, operation: "lock", code: code)
      }
      // Between opening and locking, the process that had the lock may have renamed or removed the file under us.
      var opened = stat()
      var named = stat()
      guard fstat(descriptor, &opened) == 0 else {
        let code = errno
        close(descriptor)
        throw .file(path: path, operation: "examine", code: code)
      }
      if lstat(path, &named) == 0, named.st_ino == opened.st_ino, named.st_dev == opened.st_dev { return descriptor }
      close(descriptor)
    }
  }

  /// Hashes a file from its start; its offset is the end afterwards.
  private static func hash(
    _ descriptor: Int32, _ algorithm: ContentDigest.Algorithm, path: String
  ) throws(HTTPFetchError) -> (RunningDigest, Int64) {
    var running = RunningDigest(algorithm)
    var size: Int64 = 0
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw .file(path: path, operation: "read", code: errno)
      }
      if count == 0 { return (running, size) }
      running.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      size += Int64(count)
    }
  }

  /// The size of the file at `path` where it has `digest`; `nil` where it is absent or something else.
  static func sizeOfFile(_ path: String, having digest: ContentDigest) throws(HTTPFetchError) -> Int64? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw .file(path: path, operation: "open", code: errno)
    }
    defer { close(descriptor) }
    let (running, size) = try hash(descriptor, digest.algorithm, path: path)
    return running.digest == digest ? size : nil
  }
}
