import Glibc

/// Standard output and error without a buffer: a journal shows a line when it is written, not when 4 KiB are full.
enum Output: Int32 {
  case standard = 1
  case error = 2

  func line(_ text: String) {
    var bytes = Array(text.utf8)
    bytes.append(UInt8(ascii: "\n"))
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { write(rawValue, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      // Nobody reads any more; the exit code still says what was found.
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }
}
