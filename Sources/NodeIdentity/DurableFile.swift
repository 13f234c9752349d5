import Glibc
import SecretMemory

/// Files that matter: after a power cut or a kill, the old content is there or the new one.
struct DurableFile {
  /// What happens next; for tests that end the program there.
  enum Step: Sendable, Hashable, CaseIterable {
    /// The new content's file is made.
    case create
    /// It is written.
    case write
    /// It is made durable.
    case syncFile
    /// It takes the place of the old one.
    case rename
    /// A file is removed.
    case unlink
    /// The folder's entries are made durable.
    case syncFolder
  }

  /// The folder.
  let folder: String
  /// Called before each step.
  var before: @Sendable (Step, String) -> Void = { _, _ in }

  /// Makes the folder, of mode 0700, where it is not there.
  func makeFolder() throws(NodeIdentityError) {
    guard mkdir(folder, 0o700) == 0 else {
      if errno == EEXIST { return }
      throw .current("make", folder, errno)
    }
    let parent = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? "."
    try sync(parent.isEmpty ? "/" : parent)
  }

  /// Replaces a file by one of mode 0600: written beside, made durable, renamed, and the folder made durable.
  func replace(_ name: String, with bytes: SecretBytes) throws(NodeIdentityError) {
    let beside = path("\(name).new")
    // What an interrupted run left behind.
    unlink(beside)
    before(.create, name)
    let descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .current("write", beside, errno) }
    do throws(NodeIdentityError) {
      defer { close(descriptor) }
      before(.write, name)
      try bytes.withUnsafeBytes { bytes throws(NodeIdentityError) in try write(bytes, to: descriptor, beside) }
      before(.syncFile, name)
      guard fsync(descriptor) == 0 else { throw .current("make durable", beside, errno) }
      before(.rename, name)
      guard rename(beside, path(name)) == 0 else { throw .current("put in place", path(name), errno) }
    } catch {
      unlink(beside)
      throw error
    }
    try syncFolder(name)
  }

  /// Puts one file in the place of another.
  func move(_ name: String, over other: String) throws(NodeIdentityError) {
    before(.rename, name)
    guard rename(path(name), path(other)) == 0 else { throw .current("put in place", path(other), errno) }
    try syncFolder(other)
  }

  /// Removes a file, which may be gone.
  func remove(_ name: String) throws(NodeIdentityError) {
    before(.unlink, name)
    guard unlink(path(name)) == 0 || errno == ENOENT else { throw .current("remove", path(name), errno) }
  }

  /// The bytes of a file, at most 256 KiB; `nil` where there is none.
  func read(_ name: String) throws(NodeIdentityError) -> SecretBytes? {
    let descriptor = open(path(name), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw .current("read", path(name), errno)
    }
    defer { close(descriptor) }
    do throws(SecretMemoryError) {
      return try SecretBytes.read(from: descriptor, limit: 256 << 10)
    } catch {
      throw .file(path(name), error.description)
    }
  }

  /// The names of the folder's files, ascending; none where there is no folder.
  func names() throws(NodeIdentityError) -> [String] {
    guard let stream = opendir(folder) else {
      if errno == ENOENT { return [] }
      throw .current("read", folder, errno)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The path of one of the folder's files.
  func path(_ name: String) -> String { "\(folder)/\(name)" }

  private func syncFolder(_ name: String) throws(NodeIdentityError) {
    before(.syncFolder, name)
    try sync(folder)
  }

  private func sync(_ folder: String) throws(NodeIdentityError) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .current("make durable", folder, errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .current("make durable", folder, errno) }
  }

  private func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String
  ) throws(NodeIdentityError) {
    var written = 0
    while written < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .current("write", path, errno) }
      written += count
    }
  }
}
