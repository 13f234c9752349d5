public import HostFS

/// Why a reading cannot be had here, although nothing is broken.
public enum Unavailability: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kernel has no such file, has it switched off, or does not let this process read it.
  case unreadable(ReadError)
  /// What this process would read belongs to its own namespace, not to the host.
  case foreignNamespace(String)
  /// Another reason, as a sentence without an end.
  case reason(String)
  /// Nobody asked for it.
  case notCollected

  /// A sentence without an end.
  public var description: String {
    switch self {
    case .unreadable(let error): error.description
    case .foreignNamespace(let path): "\(path) shows this process's namespace, not the host's"
    case .reason(let reason): reason
    case .notCollected: "not collected"
    }
  }
}

/// Why a reading that should be there could not be had.
public enum CollectionFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// Reading failed.
  case unreadable(ReadError)
  /// What was read is not what the kernel writes there. The line counts from 1.
  case malformed(path: String, line: Int)
  /// It did not come back in time. What it waits for it goes on waiting for, and it is not tried again before.
  case overdue(nanoseconds: UInt64)
  /// There was no time left for it, or too many before it never came back.
  case notTried
  /// Another reason, as a sentence without an end.
  case reason(String)

  /// A sentence without an end.
  public var description: String {
    switch self {
    case .unreadable(let error): error.description
    case .malformed(let path, let line): "\(path):\(line) is not what the kernel writes there"
    case .overdue(let nanoseconds): "no answer for \(nanoseconds / 1_000_000) ms"
    case .notTried: "not tried: others before it did not answer"
    case .reason(let reason): reason
    }
  }
}

/// What a collector throws.
public enum CollectionError: Error, Sendable, Hashable {
  /// The reading cannot be had here.
  case unavailable(Unavailability)
  /// The reading should be there.
  case failed(CollectionFault)

  /// What a file that could not be read means for a reading that needs it.
  public init(_ error: ReadError) {
    switch error.cause {
    case .absent, .denied, .unsupported: self = .unavailable(.unreadable(error))
    case .tooLarge, .system: self = .failed(.unreadable(error))
    }
  }
}

/// A text that is not what the kernel writes. The line counts from 1.
struct Malformed: Error {
  var line: Int
}
