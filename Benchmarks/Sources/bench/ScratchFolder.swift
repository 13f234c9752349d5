import Glibc

/// A folder of generated inputs, removed with everything in it.
struct ScratchFolder {
  let path: String

  /// An empty folder of its own.
  init() {
    var template = Array("/tmp/ll-bench.XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { exit(3) }
    path = String(cString: made)
  }

  /// Makes the folder `name` in this one; its path.
  func folder(_ name: String) -> String {
    guard mkdir("\(path)/\(name)", 0o755) == 0 else { exit(3) }
    return "\(path)/\(name)"
  }

  /// Writes the file at `path` piece by piece, so that it is never whole in memory.
  static func write(_ path: String, _ pieces: (_ write: (String) -> Void) -> Void) {
    guard let file = fopen(path, "w") else { exit(3) }
    pieces { fputs($0, file) }
    guard fclose(file) == 0 else { exit(3) }
  }

  /// The size of the file at `path` in bytes.
  static func size(_ path: String) -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { exit(3) }
    return Int(status.st_size)
  }

  func remove() { Self.remove(path) }

  private static func remove(_ folder: String) {
    if let open = opendir(folder) {
      while let entry = readdir(open) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name == "." || name == ".." { continue }
        let path = "\(folder)/\(name)"
        if entry.pointee.d_type == UInt8(DT_DIR) { remove(path) } else { unlink(path) }
      }
      closedir(open)
    }
    rmdir(folder)
  }
}
