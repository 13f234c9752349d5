/// Why bytes are not the structure they should be, and where.
public struct WireError: Error, Sendable, Hashable {
  /// The offset, from 0 in the bytes that were given, of what is wrong.
  public var offset: Int
  /// What is wrong there.
  public var reason: Reason

  /// What can be wrong.
  public enum Reason: Sendable, Hashable {
    /// The structure needs this many bytes more than there are.
    case truncated(missing: Int)
    /// The structure ended, and this many bytes follow.
    case trailing(Int)
    /// A size above what the specification allows there.
    case size(Int, limit: Int)
    /// A selector, tag or algorithm (named first) that is not allowed there or not known here.
    case value(String, UInt32)
  }

  /// An error at `offset`.
  public init(offset: Int, _ reason: Reason) {
    self.offset = offset
    self.reason = reason
  }
}

extension WireError: CustomStringConvertible {
  /// The fault and its place in one line.
  public var description: String {
    let words =
      switch reason {
      case .truncated(let missing): "\(missing) bytes are missing"
      case .trailing(let count): "\(count) bytes are left over"
      case .size(let size, let limit): "a size of \(size), which is more than \(limit)"
      case .value(let name, let value): "0x\(String(value, radix: 16)) is not a \(name) that is accepted here"
      }
    return "byte \(offset): \(words)"
  }
}
