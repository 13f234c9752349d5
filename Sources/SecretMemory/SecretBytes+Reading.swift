import Glibc

extension SecretBytes {
  /// Everything that `descriptor` gives until its end, at most `limit` bytes. ``SecretMemoryError/reading(_:)`` with the system's error number,
  /// `EFBIG` where there is more.
  public static func read(from descriptor: Int32, limit: Int) throws(SecretMemoryError) -> SecretBytes {
    var failure: Int32?
    // One byte more than fits tells that there is more.
    let secret = try SecretBytes(capacity: limit + 1) { buffer in
      var filled = 0
      while filled < buffer.count {
        let count = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
        if count < 0, errno == EINTR { continue }
        if count < 0 { failure = errno }
        if count <= 0 { break }
        filled += count
      }
      if filled > limit { failure = EFBIG }
      return filled
    }
    if let failure { throw .reading(failure) }
    return secret
  }
}
