import Glibc

/// A file descriptor that is closed with its owner.
public struct Descriptor: ~Copyable {
  /// The descriptor.
  public let number: Int32

  /// Takes over an open descriptor.
  public init(owning number: Int32) { self.number = number }

  deinit { close(number) }

  /// What is there to read now: empty at the end, `nil` with `errno` where reading failed.
  public func read(atMost count: Int) -> [UInt8]? {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      var got: Int
      repeat { got = Glibc.read(number, buffer.baseAddress, count) } while got < 0 && errno == EINTR
      failed = got < 0
      filled = max(0, got)
    }
    return failed ? nil : bytes
  }

  /// Everything until its end; `nil` with `errno` where reading failed, `EFBIG` where there are more than `limit` bytes.
  /// - Parameter size: how many bytes there probably are.
  public func contents(limit: Int, expecting size: Int = 0) -> [UInt8]? {
    var bytes: [UInt8] = []
    // One read for a file that does not grow, and one that finds its end; those of /proc and /sys have no size.
    var room = min(max(size, 4 << 10), 1 << 20)
    while true {
      guard let more = read(atMost: room) else { return nil }
      if more.isEmpty { return bytes }
      if bytes.isEmpty { bytes = more } else { bytes += more }
      guard bytes.count <= limit else {
        errno = EFBIG
        return nil
      }
      room = 64 << 10
    }
  }

  /// Writes all of `bytes`; `false` with `errno` where that failed.
  public func write(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { write($0) } }

  /// The same of lent bytes, such as a secret's.
  public func write(_ bytes: UnsafeRawBufferPointer) -> Bool { Self.write(bytes, to: number) }

  /// Writes all of `bytes` to a descriptor that somebody else owns; `false` with `errno` where that failed.
  public static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var written = 0
    while written < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      written += count
    }
    return true
  }
}
