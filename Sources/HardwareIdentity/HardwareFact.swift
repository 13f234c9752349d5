import Crypto
public import HostFS

/// A fact about the machine, or why it is not known.
public struct HardwareFact: Sendable, Hashable {
  /// Which fact.
  public var name: FactName
  /// What was read.
  public var reading: Reading
  /// Whether a hypervisor decides what the fact says: it can give another machine the same one.
  public var isHypervisorControlled: Bool

  /// A value, or the reason why there is none. What cannot be read has not changed.
  public enum Reading: Sendable, Hashable {
    /// It was read.
    case present(FactValue)
    /// It is not known.
    case absent(Absence)
  }

  /// A fact.
  public init(_ name: FactName, _ reading: Reading, isHypervisorControlled: Bool) {
    self.name = name
    self.reading = reading
    self.isHypervisorControlled = isHypervisorControlled
  }

  /// The value; `nil` where it is not known.
  public var value: FactValue? {
    if case .present(let value) = reading { return value }
    return nil
  }

  /// Why it is not known; `nil` where it is.
  public var absence: Absence? {
    if case .absent(let absence) = reading { return absence }
    return nil
  }
}

/// What a fact says, and where that was read.
public struct FactValue: Sendable, Hashable {
  /// The single values, each once, in the order of their bytes: several where a machine has several interfaces, or its
  /// root file system lies on several disks.
  public let parts: [[UInt8]]
  /// Paths on the host, or other words for the place, in the order in which they were read.
  public let sources: [String]

  /// A value of one or more parts; `nil` where there is none.
  public init?(_ parts: [[UInt8]], sources: [String]) {
    if parts.isEmpty { return nil }
    self.parts = Set(parts).sorted { $0.lexicographicallyPrecedes($1) }
    self.sources = sources
  }

  /// A value of one part.
  init(_ part: String, source: String) {
    parts = [Array(part.utf8)]
    sources = [source]
  }

  /// The parts with an LF between each two.
  public var bytes: [UInt8] { Array(parts.joined(separator: [UInt8(ascii: "\n")])) }

  /// SHA-256 of ``bytes``: what leaves the node.
  public var digest: [UInt8] { Array(SHA256.hash(data: bytes)) }

  /// SHA-256 of each part.
  public var partDigests: [[UInt8]] { parts.map { Array(SHA256.hash(data: $0)) } }
}

/// Why a fact is not known.
public enum Absence: Sendable, Hashable, CustomStringConvertible {
  /// The file could not be read.
  case unreadable(ReadError)
  /// The file could not be read for want of privileges, and no credential of that name was handed in.
  case denied(ReadError, credential: String)
  /// The maker left a text there that many machines have.
  case placeholder(String, source: String)
  /// What stands there is nothing that the fact can be.
  case malformed(String, source: String)
  /// There is nothing to read it from; a sentence without an end.
  case missing(String)

  /// A sentence without an end.
  public var description: String {
    switch self {
    case .unreadable(let error): "\(error)"
    case .denied(let error, let credential): "\(error), and no credential \(credential) was handed in"
    case .placeholder(let text, let source): "\(source) has a text that many machines have: \(text.debugDescription)"
    case .malformed(let text, let source): "\(source) has no such value: \(text.debugDescription)"
    case .missing(let words): words
    }
  }
}
