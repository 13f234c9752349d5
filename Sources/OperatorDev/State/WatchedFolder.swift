import Glibc

/// The files of a folder, and whether any of them changed. A folder is looked at again and again: it is small, and what
/// is put there by rename or link is seen the same way.
struct WatchedFolder: Sendable {
  /// What tells one state of the folder from another.
  struct Stamp: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
      var name: String
      var device: UInt64
      var inode: UInt64
      var size: Int64
      var seconds: Int
      var nanoseconds: Int
    }
    var entries: [Entry]
  }

  let path: String
  /// What a file's name ends with to be one of them.
  let suffixes: [String]

  /// The files as they are now, in the order of their names; hidden ones left out.
  func stamp() throws(OperatorError) -> Stamp {
    guard let stream = opendir(path) else { throw .file(path, DurableFile.words(errno)) }
    defer { closedir(stream) }
    var entries: [Stamp.Entry] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard !name.hasPrefix("."), suffixes.contains(where: name.hasSuffix) else { continue }
      var file = stat()
      guard stat("\(path)/\(name)", &file) == 0 else {
        // Gone between the listing and the look: the next look is whole again.
        if errno == ENOENT { continue }
        throw .file("\(path)/\(name)", DurableFile.words(errno))
      }
      entries.append(
        Stamp.Entry(
          name: name, device: UInt64(file.st_dev), inode: UInt64(file.st_ino), size: Int64(file.st_size),
          seconds: file.st_mtim.tv_sec, nanoseconds: file.st_mtim.tv_nsec))
    }
    return Stamp(entries: entries.sorted { $0.name < $1.name })
  }

  /// A file's bytes.
  func contents(_ name: String) throws(OperatorError) -> [UInt8] {
    let file = "\(path)/\(name)"
    guard let bytes = try DurableFile(path: file).contents(limit: 1 << 20) else {
      throw .file(file, DurableFile.words(ENOENT))
    }
    return bytes
  }
}
