import Glibc

/// Files of the engineer's machine, whole.
public enum HostFile {
  /// The bytes of `path` (`-` is standard input).
  public static func read(_ path: String) throws(FileError) -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .current("cannot read", path) }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var bytes: [UInt8] = []
    var status = stat()
    if fstat(descriptor, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR { throw FileError("cannot read", path, reason: "it is a directory") }
      if status.st_size > 0 { bytes.reserveCapacity(Int(status.st_size) + 1) }
    }
    while true {
      let room = max(65536, bytes.capacity - bytes.count)
      var failure: FileError?
      let start = bytes.count
      let got = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        var result: Int
        repeat { result = Glibc.read(descriptor, buffer.baseAddress, room) } while result < 0 && errno == EINTR
        if result < 0 { failure = .current("cannot read", path) }
        count = max(0, result)
      }
      if let failure { throw failure }
      if got.isEmpty { return bytes }
      if start == 0 && got.count >= bytes.capacity { bytes = got } else { bytes += got }
    }
  }

  /// Whether something stands at `path`.
  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The names in the folder `path`, sorted; `nil` where it cannot be read.
  static func names(in path: String) -> [String]? {
    guard let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Writes a new file, whole, with `mode`; the caller makes it durable.
  static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o644) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw .current("cannot write", path) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if count < 0 {
        if errno == EINTR { continue }
        let failure = FileError.current("cannot write", path)
        close(descriptor)
        throw failure
      }
      written += count
    }
    guard close(descriptor) == 0 else { throw .current("cannot write", path) }
  }

  /// Replaces the file at `path` by one with `bytes`: written beside, synced, renamed, so that it is the old or the new one at every moment.
  public static func replace(_ path: String, with bytes: [UInt8]) throws(FileError) {
    let beside = "\(path).\(getpid()).new"
    do throws(FileError) {
      try write(bytes, to: beside)
      try sync(beside)
      guard rename(beside, path) == 0 else { throw FileError.current("cannot write", path) }
      try sync(Path.parent(of: path))
    } catch {
      unlink(beside)
      throw error
    }
  }

  /// Makes a file or folder durable (fsync(2)).
  static func sync(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .current("cannot sync", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .current("cannot sync", path) }
  }
}

/// Paths as text.
enum Path {
  /// The folder that holds `path`: `.` for a bare name, `/` for what lies in the root.
  static func parent(of path: String) -> String {
    let trimmed = withoutTrailingSlashes(path)
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  /// The last component of `path`.
  static func name(of path: String) -> String {
    let trimmed = withoutTrailingSlashes(path)
    guard let slash = trimmed.lastIndex(of: "/") else { return trimmed }
    return String(trimmed[trimmed.index(after: slash)...])
  }

  private static func withoutTrailingSlashes(_ path: String) -> String {
    var path = Substring(path)
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return String(path)
  }
}

extension HostFile {
  /// Makes every folder on the way to the file `path` that is not there yet.
  public static func makeFolders(for path: String) throws(FileError) {
    let parent = Path.parent(of: path)
    guard parent != ".", parent != "/", !exists(parent) else { return }
    try makeFolders(for: parent)
    guard mkdir(parent, 0o755) == 0 || errno == EEXIST else { throw .current("cannot make the folder", parent) }
  }
}
