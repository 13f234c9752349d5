import SecretMemory

extension SecretBytes {
  /// At most `capacity` bytes that `fill` writes in place, so that they are never anywhere else; it says how many it
  /// wrote, or throws, and then all that it had written is wiped.
  static func filled(
    capacity: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(RecoveryError) -> Int
  ) throws(RecoveryError) -> SecretBytes {
    var failure: RecoveryError?
    let bytes: SecretBytes
    do {
      bytes = try SecretBytes(capacity: capacity) { buffer in
        do throws(RecoveryError) {
          return try fill(buffer)
        } catch {
          failure = error
          return 0
        }
      }
    } catch {
      throw .memory(error)
    }
    if let failure { throw failure }
    return bytes
  }

  /// `count` bytes that `fill` writes in place; they are zero before.
  static func filled(
    count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(RecoveryError) -> Void
  ) throws(RecoveryError) -> SecretBytes {
    try filled(capacity: count) { (buffer) throws(RecoveryError) in
      try fill(buffer)
      return count
    }
  }
}
