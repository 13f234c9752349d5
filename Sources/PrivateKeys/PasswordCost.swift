/// Bounds on what one try of a passphrase may cost, so that a file cannot hold up whoever opens it.
enum PasswordCost {
  /// PBKDF2 iterations that are read.
  static let iterations = 1...10_000_000
  /// PBKDF2 iterations that are written. Source of the lower bound: RFC 8018, section 4.2.
  static let writtenIterations = 1_000...10_000_000
  /// Bytes of scrypt's memory, all lanes together.
  static let scryptMemory = 256 << 20

  /// ``PrivateKeyError/cost(_:)`` where scrypt with N `cost`, r `blockSize` and p `parallelism` is not defined or would take
  /// more than ``scryptMemory``. Source: RFC 7914, section 2.
  static func check(cost: Int, blockSize: Int, parallelism: Int) throws(PrivateKeyError) {
    guard cost > 1, cost & (cost - 1) == 0, blockSize > 0, parallelism > 0 else {
      throw .cost("scrypt's N, r and p are not ones of RFC 7914")
    }
    guard blockSize > 3 || cost < 1 << (16 * blockSize) else {
      throw .cost("scrypt's N, r and p are not ones of RFC 7914")
    }
    var memory = 128
    for factor in [cost, blockSize, parallelism] {
      let (product, overflow) = memory.multipliedReportingOverflow(by: factor)
      guard !overflow, product <= scryptMemory else {
        throw .cost("scrypt would take more than \(scryptMemory >> 20) MiB")
      }
      memory = product
    }
  }
}
