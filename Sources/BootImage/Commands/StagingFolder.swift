import Glibc
import Synchronization

/// Folders in which outputs stand until they are whole. They go with their build, also when a signal ends it; what SIGKILL or a power cut leaves is
/// removed by the next build, under its lock.
enum StagingFolder {
  /// What the name of one inside its target begins with.
  static let insidePrefix = ".ll-bootimage-"

  private static let current = Mutex<Set<String>>([])

  /// What the name of one beside `target` begins with.
  static func prefix(for target: String) -> String { ".\(Path.name(of: target))\(insidePrefix)" }

  /// Makes one whose path begins with `prefix`; `nil` with errno set where that cannot be.
  static func make(_ prefix: String) -> String? {
    Interruption.watch()
    var bytes = Array("\(prefix)XXXXXX".utf8CString)
    // Made and noted in one: a signal in between would not know of it.
    return current.withLock { folders in
      let path = bytes.withUnsafeMutableBufferPointer { buffer in
        buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
      }
      if let path { folders.insert(path) }
      return path
    }
  }

  /// Takes note that the folder is none any more: it has become the target.
  static func forget(_ path: String) { current.withLock { _ = $0.remove(path) } }

  /// Removes a folder of plain files, all that a build ever makes.
  static func remove(_ path: String) {
    forget(path)
    removeFiles(path)
  }

  /// Removes what earlier builds of `target` left, beside it and inside. The caller holds the lock: none of them is at work.
  static func sweep(beside target: String) {
    let parent = Path.parent(of: target)
    for name in HostFile.names(in: parent, beginningWith: prefix(for: target)) ?? []
    where isStale(name, prefix(for: target)) {
      removeFiles("\(parent)/\(name)")
    }
    for name in HostFile.names(in: target, beginningWith: insidePrefix) ?? [] where isStale(name, insidePrefix) {
      removeFiles("\(target)/\(name)")
    }
  }

  /// Removes every one of this process and runs `end`, which ends it. Each is renamed first: the main thread, still at work, then adds nothing
  /// more to it, and cannot make another meanwhile.
  static func removeAll(_ end: () -> Void) {
    current.withLock { folders in
      for path in folders {
        let last = path + "x"
        removeFiles(rename(path, last) == 0 ? last : path)
      }
      end()
    }
  }

  private static func isStale(_ name: String, _ prefix: String) -> Bool {
    name.hasPrefix(prefix) && name.utf8.count == prefix.utf8.count + 6
  }

  private static func removeFiles(_ folder: String) {
    for name in HostFile.names(in: folder) ?? [] { unlink("\(folder)/\(name)") }
    rmdir(folder)
  }
}
