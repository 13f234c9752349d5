import Glibc

/// Where the double's words go.
enum FleetOutput {
  /// A line for a person.
  static func complain(_ words: String) { put(Array((words + "\n").utf8), to: STDERR_FILENO) }

  /// Lines for a program, whole.
  static func put(_ lines: [UInt8], to descriptor: Int32 = STDOUT_FILENO) {
    var rest = lines[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      // Nobody reads any more: the fleet has nobody to serve.
      guard count > 0 else { exit(3) }
      rest = rest.dropFirst(count)
    }
  }
}
