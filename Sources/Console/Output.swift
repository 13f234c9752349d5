import Glibc
import Synchronization

/// Standard output and error without a buffer: a journal shows a line when it is written, not when 4 KiB are full.
public enum Output: Int32, Sendable {
  /// Results.
  case standard = 1
  /// Everything said about them.
  case error = 2

  // The first fault of standard output that is not just a reader who has gone.
  private static let fault = Atomic<Int32>(0)

  /// Before anything else: what the program was started with must not decide what becomes of its lines.
  public static func prepare() {
    // A reader who goes ends no gate.
    _ = signal(SIGPIPE, SIG_IGN)
    // A file that gets the number of a closed stream would get the stream's lines. What stands in for it cannot be
    // written to, so that a result is not thought to be printed.
    for number in 0...2 as ClosedRange<Int32> where fcntl(number, F_GETFD) < 0 {
      _ = open("/dev/null", O_RDONLY)
    }
  }

  /// Why something that belongs on standard output is not there; `nil` where nothing is missing or nobody reads.
  public static var loss: String? {
    let code = fault.load(ordering: .relaxed)
    return code == 0 ? nil : String(cString: strerror(code))
  }

  /// Writes `text` and a newline.
  public func line(_ text: String) { write(Array(text.utf8) + [UInt8(ascii: "\n")]) }

  /// Writes bytes as they are.
  public func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress, $0.count) }
      if written > 0 {
        rest = rest.dropFirst(written)
      } else if written < 0, errno == EINTR {
        continue
      } else if written < 0, errno == EAGAIN {
        // Whoever shares the stream with us made it so.
        var stream = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
        _ = poll(&stream, 1, -1)
      } else {
        if self == .standard { Self.keep(written < 0 ? errno : EIO) }
        return
      }
    }
  }

  private static func keep(_ code: Int32) {
    if code != EPIPE { _ = fault.compareExchange(expected: 0, desired: code, ordering: .relaxed) }
  }
}
