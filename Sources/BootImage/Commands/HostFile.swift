import Glibc

/// Files of the engineer's machine, whole.
public enum HostFile {
  /// The most that is read of one file, in bytes.
  public static let longest = (64 << 20) + 1

  /// The bytes of `path` (`-` is standard input), at most ``longest``: whoever reads them refuses so long an input.
  public static func read(_ path: String) throws(FileError) -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .current("cannot read", path) }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .current("cannot read", path) }
    if status.st_mode & S_IFMT == S_IFDIR { throw FileError("cannot read", path, reason: "it is a directory") }
    var bytes: [UInt8] = []
    let expected = min(max(Int(status.st_size), 1024), longest) + 1
    while bytes.count < longest {
      let room = min(bytes.isEmpty ? expected : 65536, longest - bytes.count)
      var failure: FileError?
      let got = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        var result: Int
        repeat { result = Glibc.read(descriptor, buffer.baseAddress, room) } while result < 0 && errno == EINTR
        if result < 0 { failure = .current("cannot read", path) }
        count = max(0, result)
      }
      if let failure { throw failure }
      if got.isEmpty { return bytes }
      if bytes.isEmpty { bytes = got } else { bytes += got }
    }
    return bytes
  }

  /// Whether something stands at `path`, a dangling link included; an error where that cannot be told.
  public static func isThere(_ path: String) throws(FileError) -> Bool {
    var status = stat()
    if lstat(path, &status) == 0 { return true }
    guard errno == ENOENT || errno == ENOTDIR else { throw .current("cannot look at", path) }
    return false
  }

  /// Whether a folder stands at `path`, or at the end of a link there.
  public static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether a plain file stands at `path` itself.
  static func isRegular(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// The names in the folder `path` that begin with `prefix`, sorted; `nil` where it cannot be read.
  public static func names(in path: String, beginningWith prefix: String = "") -> [String]? {
    guard let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) {
          strncmp($0, prefix, prefix.utf8.count) == 0 ? String(cString: $0) : "."
        }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The process's file mode creation mask.
  static var umask: mode_t {
    let mask = Glibc.umask(0)
    _ = Glibc.umask(mask)
    return mask
  }
}

extension HostFile {
  /// Writes a new file, whole, with `mode`; the caller makes it durable. Nothing is left of it after an error.
  static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o666) throws(FileError) {
    var failure: FileError?
    bytes.withUnsafeBytes { bytes in
      do throws(FileError) { try write(bytes, to: path, mode: mode) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// The same of lent bytes, such as a secret's.
  public static func write(_ bytes: UnsafeRawBufferPointer, to path: String, mode: UInt32) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw .current("cannot write", path) }
    var failure: FileError?
    var written = 0
    while failure == nil, written < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      if count < 0 && errno != EINTR { failure = .current("cannot write", path) }
      written += max(0, count)
    }
    if close(descriptor) != 0, failure == nil { failure = .current("cannot write", path) }
    if let failure {
      unlink(path)
      throw failure
    }
  }

  /// Replaces the file at `path` by one with `bytes`: written beside, synced, renamed, so that it is the old or the new one at every moment. A link is
  /// followed; what is neither absent nor a plain file (a device, a pipe) is left alone.
  public static func replace(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o666) throws(FileError) {
    var target = path
    if try isThere(path) {
      guard let real = realpath(path, nil) else { throw .current("cannot write", path) }
      target = String(cString: real)
      free(real)
      guard isRegular(target) else { throw FileError("cannot write", path, reason: "it is not a plain file") }
    }
    let parent = Path.parent(of: target)
    var template = Array("\(parent)/.\(Path.name(of: target)).XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
    }
    guard let folder = made else { throw .current("cannot write", path) }
    defer { rmdir(folder) }
    let beside = "\(folder)/new"
    do throws(FileError) {
      try write(bytes, to: beside, mode: mode)
      try sync(beside)
      guard rename(beside, target) == 0 else { throw FileError.current("cannot write", path) }
    } catch {
      unlink(beside)
      throw FileError(error.action, path, reason: error.reason)
    }
    try sync(parent)
  }

  /// Removes what killed calls of ``replace(_:with:mode:)`` left beside the files `names` of `folder`. Only who alone writes there may call it.
  public static func sweep(_ folder: String, of names: [String]) {
    for name in names {
      for left in Self.names(in: folder, beginningWith: ".\(name).") ?? [] {
        unlink("\(folder)/\(left)/new")
        rmdir("\(folder)/\(left)")
      }
    }
  }

  /// Makes a file or folder durable (fsync(2)).
  public static func sync(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .current("cannot sync", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .current("cannot sync", path) }
  }

  /// Makes a folder that only its owner can look into; one that is there must be such.
  public static func makePrivateFolder(_ path: String) throws(FileError) {
    try makeFolders(for: path)
    guard mkdir(path, 0o700) == 0 || errno == EEXIST && isFolder(path) else {
      throw .current("cannot make the folder", path)
    }
    var status = stat()
    guard stat(path, &status) == 0 else { throw .current("cannot look at", path) }
    guard status.st_mode & 0o077 == 0 else {
      throw FileError("cannot use", path, reason: "others can look into it: chmod go= it, and see who did")
    }
  }

  /// Makes every folder on the way to the file `path` that is not there yet.
  public static func makeFolders(for path: String) throws(FileError) {
    let parent = Path.parent(of: path)
    guard parent != ".", parent != "/", !isFolder(parent) else { return }
    try makeFolders(for: parent)
    guard mkdir(parent, 0o777) == 0 || errno == EEXIST && isFolder(parent) else {
      throw .current("cannot make the folder", parent)
    }
  }
}
