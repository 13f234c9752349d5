import Glibc

/// Files that hold nothing secret: sealed blobs, sidecars, event logs.
public enum PlainFile {
  /// The bytes of `path`, at most `limit`; `EFBIG` where there are more.
  public static func read(_ path: String, limit: Int = 4 << 20) throws(ReleaseError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw .current("read", path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while true {
      var failure: Int32?
      let more = [UInt8](unsafeUninitializedCapacity: 16 << 10) { buffer, count in
        var got: Int
        repeat { got = Glibc.read(descriptor, buffer.baseAddress, buffer.count) } while got < 0 && errno == EINTR
        if got < 0 { failure = errno }
        count = max(0, got)
      }
      if let failure { throw .system(action: "read", path: path, code: failure) }
      if more.isEmpty { return bytes }
      bytes = bytes.isEmpty ? more : bytes + more
      guard bytes.count <= limit else { throw .system(action: "read", path: path, code: EFBIG) }
    }
  }

  /// Replaces `path` by a file with `bytes`: written beside, made durable, renamed, and the folder made durable, so that after a power cut it is
  /// the old one or the new one.
  public static func replace(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o600) throws(ReleaseError) {
    let beside = "\(path).new"
    // What an interrupted run left behind.
    unlink(beside)
    let descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
    guard descriptor >= 0 else { throw .current("write", beside) }
    do throws(ReleaseError) {
      defer { close(descriptor) }
      try write(bytes, to: descriptor, named: beside)
      guard fsync(descriptor) == 0 else { throw .current("make durable", beside) }
    } catch {
      unlink(beside)
      throw error
    }
    guard rename(beside, path) == 0 else {
      let error = ReleaseError.current("put in place", path)
      unlink(beside)
      throw error
    }
    try syncFolder(of: path)
  }

  /// Makes the folder's entries durable.
  static func syncFolder(of path: String) throws(ReleaseError) {
    let folder = folder(of: path)
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .current("make durable", folder) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .current("make durable", folder) }
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32, named path: String) throws(ReleaseError) {
    var failure: ReleaseError?
    bytes.withUnsafeBytes { bytes in
      do throws(ReleaseError) { try write(bytes, to: descriptor, named: path) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Writes everything.
  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, named path: String) throws(ReleaseError) {
    var written = 0
    while written < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .current("write", path) }
      written += count
    }
  }

  /// The folder that holds `path`.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
