import Glibc

/// What this node has applied: one file per add-on with its hash. It says which version came from here, and so whether
/// a different one in the cluster is newer than ours (another master's) or older.
struct AddOnState: Sendable {
  /// An absolute path; made where it is missing.
  let folder: String

  private func path(_ name: String) -> String { "\(folder)/\(name).sha256" }

  /// The hash that was applied last, or found applied; `nil` where there is none or it is not one.
  func hash(of name: String) -> String? {
    let bytes: [UInt8]
    do throws(RegularFile.Fault) {
      bytes = try RegularFile(path: path(name), limit: 256).contents()
    } catch {
      // What cannot be read is replaced when the hash is kept, and what cannot be replaced is said then.
      return nil
    }
    let text = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return text.utf8.count == 64 ? text : nil
  }

  /// Keeps a hash: whole or not at all, also when the power fails.
  func keep(_ hash: String, of name: String) throws(AddOnFault) {
    if self.hash(of: name) == hash { return }
    try makeFolder()
    let beside = "\(path(name)).new"
    do {
      let number = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0o644)
      guard number >= 0 else { throw fault("open", beside) }
      let file = Descriptor(owning: number)
      guard file.write(Array("\(hash)\n".utf8)) else { throw fault("write", beside) }
      guard fsync(file.number) == 0 else { throw fault("fsync", beside) }
    }
    guard rename(beside, path(name)) == 0 else { throw fault("rename", beside) }
    let number = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { throw fault("open", folder) }
    let directory = Descriptor(owning: number)
    guard fsync(directory.number) == 0 else { throw fault("fsync", folder) }
  }

  private func makeFolder() throws(AddOnFault) {
    var made = ""
    for part in folder.split(separator: "/") {
      made += "/\(part)"
      guard mkdir(made, 0o755) == 0 || errno == EEXIST else { throw fault("mkdir", made) }
    }
  }

  private func fault(_ call: String, _ path: String) -> AddOnFault {
    AddOnFault("the hash cannot be kept: \(call) \(path): \(String(cString: strerror(errno)))")
  }
}
