/// Why bytes are not an event log, and where.
public struct EventLogError: Error, Sendable, Hashable {
  /// The offset, from 0 in the bytes that were given, of what is wrong.
  public var offset: Int
  /// What is wrong there.
  public var reason: Reason

  /// What can be wrong.
  public enum Reason: Sendable, Hashable {
    /// There is nothing at all.
    case empty
    /// The log is longer than any firmware's: this many bytes, and what is accepted.
    case tooLong(Int, limit: Int)
    /// An event needs this many bytes more than there are.
    case truncated(missing: Int)
    /// A count (named first) outside what the specification allows.
    case count(String, UInt64, limit: Int)
    /// A digest of an algorithm that the log's first event does not list, or lists with another size.
    case algorithm(UInt16)
    /// The same algorithm twice in one event.
    case repeatedAlgorithm(UInt16)
    /// A PCR that no PC's TPM has.
    case pcr(UInt32)
    /// A `StartupLocality` event with an impossible locality, or after PCR 0 was extended.
    case startupLocality(UInt8)
    /// The final events table is of another version than 1.
    case finalEventsVersion(UInt64)
  }

  /// An error at `offset`.
  public init(offset: Int, _ reason: Reason) {
    self.offset = offset
    self.reason = reason
  }
}

extension EventLogError: CustomStringConvertible {
  /// The fault and its place in one line.
  public var description: String {
    let words =
      switch reason {
      case .empty: "the event log is empty"
      case .tooLong(let size, let limit): "an event log of \(size) bytes; at most \(limit) are accepted"
      case .truncated(let missing): "the event log is cut off: \(missing) bytes are missing"
      case .count(let name, let count, let limit): "\(count) \(name); 1 to \(limit) are accepted"
      case .algorithm(let number): "algorithm 0x\(String(number, radix: 16)) is not as the log's first event lists it"
      case .repeatedAlgorithm(let number): "algorithm 0x\(String(number, radix: 16)) occurs twice"
      case .pcr(let pcr): "PCR \(pcr) does not exist"
      case .startupLocality(let locality): "a StartupLocality of \(locality) makes no sense here"
      case .finalEventsVersion(let version): "a final events table of version \(version), not 1"
      }
    return "byte \(offset): \(words)"
  }
}
