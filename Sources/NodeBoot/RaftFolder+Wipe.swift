import Glibc
import LocalFiles

extension RaftFolder {
  /// Deletes OpenBao's data in this folder and nothing else: links themselves, not what they lead to; nothing on another mount. The names that were
  /// deleted. Interrupted, the next run goes on: what the folder is marked as stays.
  ///
  /// Refused where a running OpenBao has the data open: its database is locked as long (flock(2), by bbolt).
  func wipe() throws(BootstrapFault) -> [String] {
    let mount = try Mount(of: folder.number)
    let names = try data()
    // Held until the end: OpenBao cannot start on what is being deleted.
    let database = try lock("vault.db", in: folder.number)
    defer { if database >= 0 { close(database) } }
    let raft = try subfolder("raft", of: folder.number)
    defer { if raft >= 0 { close(raft) } }
    let log = raft >= 0 ? try lock("raft.db", in: raft) : -1
    defer { if log >= 0 { close(log) } }
    for name in names { try remove(Name(name), from: folder.number, at: path, on: mount, depth: 0) }
    try sync()
    return names
  }

  // A descriptor that holds the lock; -1 where there is no such file, or a link, which is only deleted.
  private func lock(_ name: String, in folder: Int32) throws(BootstrapFault) -> Int32 {
    let number = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard number >= 0 else {
      if errno == ENOENT || errno == ELOOP || errno == ENXIO { return -1 }
      throw fault("open", name)
    }
    guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
      let isHeld = errno == EWOULDBLOCK
      let failure = fault("lock", name)
      close(number)
      throw isHeld
        ? BootstrapFault(
          "\(path) has to be wiped, and a running OpenBao has it open", advice: "systemctl restart openbao") : failure
    }
    return number
  }

  private func subfolder(_ name: String, of folder: Int32) throws(BootstrapFault) -> Int32 {
    let number = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard number >= 0 || errno == ENOENT || errno == ELOOP || errno == ENOTDIR else { throw fault("open", name) }
    return number
  }

  private func remove(
    _ name: Name, from folder: Int32, at parent: String, on mount: Mount, depth: Int
  ) throws(BootstrapFault) {
    let path = "\(parent)/\(name)"
    // A folder is opened as one and is no link; what is neither is unlinked without being opened.
    let number = openat(folder, name.bytes, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard number >= 0 else {
      guard errno == ENOTDIR || errno == ELOOP || errno == ENOENT else { throw Self.fault("open", path) }
      guard unlinkat(folder, name.bytes, 0) == 0 || errno == ENOENT else { throw Self.fault("delete", path) }
      return
    }
    let entry = Descriptor(owning: number)
    guard try Mount(of: entry.number) == mount else {
      throw BootstrapFault("\(path) is a mount of its own: nothing in it is deleted", advice: "umount \(path)")
    }
    guard depth < 16 else { throw BootstrapFault("\(path): folders lie deeper than OpenBao makes them") }
    for child in try Name.all(in: entry.number, path) {
      try remove(child, from: entry.number, at: path, on: mount, depth: depth + 1)
    }
    guard unlinkat(folder, name.bytes, AT_REMOVEDIR) == 0 || errno == ENOENT else { throw Self.fault("delete", path) }
  }
}

/// An entry's name as the kernel has it: any bytes, ended by a zero.
private struct Name: CustomStringConvertible {
  let bytes: [CChar]

  init(_ text: String) { bytes = text.utf8.map { CChar(bitPattern: $0) } + [0] }

  private init(bytes: [CChar]) { self.bytes = bytes }

  var description: String { String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self) }

  /// All but the folder itself and its parent.
  static func all(in folder: Int32, _ path: String) throws(BootstrapFault) -> [Name] {
    // closedir(3) closes what it was given.
    let own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard own >= 0, let stream = fdopendir(own) else { throw RaftFolder.fault("read", path) }
    defer { closedir(stream) }
    var found: [Name] = []
    errno = 0
    while let entry = readdir(stream) {
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { name in
        name.prefix { $0 != 0 }.map { CChar(bitPattern: $0) } + [0]
      }
      if bytes != [46, 0], bytes != [46, 46, 0] { found.append(Name(bytes: bytes)) }
      errno = 0
    }
    guard errno == 0 else { throw RaftFolder.fault("read", path) }
    return found
  }
}

/// Which mount an open file is on. A device's number would not tell a bind mount of the same file system. Source: proc_pid_fdinfo(5), `mnt_id`.
private struct Mount: Equatable {
  private let number: Substring

  init(of descriptor: Int32) throws(BootstrapFault) {
    let path = "/proc/self/fdinfo/\(descriptor)"
    let bytes: [UInt8]
    do throws(RegularFile.Fault) { bytes = try RegularFile(path: path, limit: 64 << 10).contents() } catch {
      throw BootstrapFault("\(path): \(error)")
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix("mnt_id:") }) else {
      throw BootstrapFault("\(path) names no mount")
    }
    number = line.dropFirst("mnt_id:".count)
  }
}
