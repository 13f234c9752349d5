import Glibc

/// Files that a run of the lab writes and reads: logs, which may end anywhere and hold anything.
enum LabFile {
  /// The last lines of a file, at most 256 KiB of it; empty where it cannot be read.
  static func lines(of path: String) -> [String] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    let length = lseek(descriptor, 0, SEEK_END)
    _ = lseek(descriptor, max(0, length - 256 << 10), SEEK_SET)
    var bytes = [UInt8](repeating: 0, count: 256 << 10)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    return String(decoding: bytes[..<max(0, count)], as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
  }

  /// Appends `bytes` to an open file; `false` with `errno` where that failed.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
