import Glibc

/// A file descriptor that is closed with its owner.
struct Descriptor: ~Copyable {
  let number: Int32

  init(owning number: Int32) { self.number = number }

  deinit { close(number) }

  /// A pipe's two ends, closed in whatever is executed; `nil` with `errno` where there is none to have.
  static func pipe() -> (reading: Int32, writing: Int32)? {
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else { return nil }
    // Glibc's module has no pipe2. Children are started one after another, so none is started between the two calls.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  /// What is there to read now: empty at the end, `nil` where reading failed.
  func read(atMost count: Int) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: count)
    while true {
      let length = Glibc.read(number, &buffer, count)
      if length < 0, errno == EINTR { continue }
      return length < 0 ? nil : Array(buffer[..<length])
    }
  }

  /// Writes all of `bytes`; `false` with `errno` where that failed.
  func write(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let length = rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
      if length < 0, errno == EINTR { continue }
      guard length > 0 else { return false }
      rest = rest.dropFirst(length)
    }
    return true
  }
}
