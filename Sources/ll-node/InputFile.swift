import Glibc

/// A file that the user named.
enum InputFile {
  /// Reads it; where it cannot be read, says so and ends with ``Exit/environment``.
  static func read(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rbe") else { throw unreadable(path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    guard ferror(file) == 0 else { throw unreadable(path) }
    return bytes
  }

  private static func unreadable(_ path: String) -> Exit {
    Output.error.line("\(path): error: cannot be read: \(String(cString: strerror(errno)))")
    return .environment
  }
}
