/// Why locked memory could not be had. Each case carries the errno of the call that failed.
public enum SecretMemoryError: Error, Sendable, Hashable {
  /// mmap(2) gave no pages.
  case mapping(Int32)
  /// mlock(2) was refused: RLIMIT_MEMLOCK is too small (`LimitMEMLOCK=` of the unit) or memory is short.
  case locking(Int32)
  /// madvise(2) was refused, so the pages would appear in a core dump or a forked child.
  case advising(Int32)
  /// prctl(2) or setrlimit(2) was refused, so core dumps stay on.
  case coreDumps(Int32)
  /// A count below zero, or one that does not fit the memory that was asked for.
  case count(Int)
  /// read(2) failed; `EFBIG` where there was more than was asked for.
  case reading(Int32)
}

extension SecretMemoryError: CustomStringConvertible {
  /// The failure in one line, with what to do where something can be done.
  public var description: String {
    switch self {
    case .mapping(let code): "no memory for a secret (mmap: errno \(code))"
    case .locking(let code):
      "cannot lock memory for a secret (mlock: errno \(code)): raise RLIMIT_MEMLOCK (LimitMEMLOCK=)"
    case .advising(let code): "cannot keep a secret's memory out of dumps and children (madvise: errno \(code))"
    case .coreDumps(let code): "cannot turn core dumps off (errno \(code))"
    case .reading(let code): "cannot read a secret (errno \(code))"
    case .count(let count): "\(count) bytes do not fit a secret's memory"
    }
  }
}
