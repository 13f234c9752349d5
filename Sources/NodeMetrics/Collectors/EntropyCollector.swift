public import HostFS

/// The kernel's random number generator. Source: random(4).
public struct EntropyReading: Sendable, Hashable {
  /// Entropy in bits; 256 at all times since Linux 5.18 once it is seeded.
  public var available: UInt64
  /// The pool's size in bits.
  public var poolSize: UInt64?
}

/// Reads `/proc/sys/kernel/random/{entropy_avail,poolsize}`.
public struct EntropyCollector: Collector {
  /// `entropy`.
  public static let name = "entropy"

  private var poolSize: UInt64?

  /// A collector.
  public init() {}

  /// Reads it.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> EntropyReading {
    let available = try root.parse(.proc, "sys/kernel/random/entropy_avail", limit: 4096) { (text) throws(Malformed) in
      try text.trimmed.unsigned.orMalformed(1)
    }
    // The pool's size is the kernel's own, and does not change.
    if poolSize == nil {
      poolSize = try root.parseIfPresent(.proc, "sys/kernel/random/poolsize") { (text) throws(Malformed) in
        try text.trimmed.unsigned.orMalformed(1)
      }
    }
    return EntropyReading(available: available, poolSize: poolSize)
  }
}
