import Glibc

/// The folder of one run of the lab, and its name in the hierarchy of control groups. What a killed run left of either goes
/// when the next one starts.
final class LabFolder {
  /// The folder.
  let path: String
  /// Its name, also that of the run's control group.
  let name: String
  private let lock: Int32

  private static let prefix = "ll-boot."

  /// Makes a folder in `base`, after those of dead runs there are gone.
  init(in base: String) throws(LabError) {
    // A run that sweeps must not meet one whose folder is not locked yet.
    let starting = try Self.locked(base, LOCK_EX)
    defer { close(starting) }
    Self.sweep(base)
    var template = Array("\(base)/\(Self.prefix)XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw .environment("cannot make a folder in \(base): \(String(cString: strerror(errno)))")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    name = String(path.dropFirst(base.count + 1))
    lock = try Self.locked(path, LOCK_EX | LOCK_NB)
  }

  /// The folder `path`, open and locked.
  private static func locked(_ path: String, _ operation: Int32) throws(LabError) -> Int32 {
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard folder >= 0 else { throw .environment("cannot open \(path): \(String(cString: strerror(errno)))") }
    while flock(folder, operation) != 0 {
      let code = errno
      if code == EINTR, LabSignals.received == 0 { continue }
      close(folder)
      try LabSignals.check()
      throw .environment("cannot lock \(path): \(String(cString: strerror(code)))")
    }
    return folder
  }

  /// Where the run's machines have their control groups; they are made by whoever boots them.
  var controlGroup: String { "\(Self.controlGroups)/\(name)" }

  /// The root of the unified hierarchy: cgroups(7).
  static var controlGroups: String {
    access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/unified"
  }

  /// Removes the control groups and the folder. Every process of the run is dead.
  func remove() {
    Self.removeControlGroup("\(Self.controlGroups)/\(name)")
    Self.removeFolder(path)
  }

  deinit { close(lock) }

  /// Removes what runs left that are dead: nobody has locked their folder.
  private static func sweep(_ base: String) {
    for name in names(in: base) where name.hasPrefix(prefix) {
      let path = "\(base)/\(name)"
      var status = stat()
      guard lstat(path, &status) == 0, status.st_uid == geteuid(),
        let lock = try? locked(path, LOCK_EX | LOCK_NB)
      else { continue }
      removeControlGroup("\(controlGroups)/\(name)")
      removeFolder(path)
      close(lock)
    }
  }

  /// Kills what is left in a control group and removes it with those below it. A group is busy until its last process has
  /// been waited for.
  static func removeControlGroup(_ path: String) {
    guard access(path, F_OK) == 0 else { return }
    for _ in 0..<100 {
      let kill = open("\(path)/cgroup.kill", O_WRONLY | O_CLOEXEC)
      if kill >= 0 {
        _ = write(kill, "1", 1)
        close(kill)
      }
      removeTree(path)
      if access(path, F_OK) != 0 { return }
      usleep(20_000)
    }
  }

  /// Folders only: the files of a control group go with it.
  private static func removeTree(_ path: String) {
    for name in names(in: path) {
      var status = stat()
      let child = "\(path)/\(name)"
      if lstat(child, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { removeTree(child) }
    }
    rmdir(path)
  }

  private static func removeFolder(_ path: String) {
    // What it says has no reader: its own log goes too, and what it leaves the next run removes.
    let words = ["rm", "-rf", "--one-file-system", path]
    if let child = try? LabChild(words, output: .file("\(path)/remove.log")) { child.waitForEnd() }
  }

  private static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }
}
