/// Why a file has no Authenticode digest, and where.
public struct AuthenticodeError: Error, Sendable, Hashable {
  /// The offset in the file, from 0, of what is wrong.
  public var offset: Int
  /// What is wrong there.
  public var reason: Reason

  /// What can be wrong.
  public enum Reason: Sendable, Hashable {
    /// It is not a PE image: no `MZ`, no `PE`, no optional header of PE32 or PE32+.
    case notPE
    /// A header or section, named here, does not lie inside the file.
    case outside(String)
    /// The certificate table does not end where the file ends.
    case certificateTable
    /// Two sections have bytes in common, or one with the headers.
    case overlap
  }

  /// An error at `offset`.
  public init(offset: Int, _ reason: Reason) {
    self.offset = offset
    self.reason = reason
  }
}

extension AuthenticodeError: CustomStringConvertible {
  /// The fault and its place in one line.
  public var description: String {
    let words =
      switch reason {
      case .notPE: "not a PE image"
      case .outside(let what): "\(what) does not lie inside the file"
      case .certificateTable: "the certificate table does not end where the file ends"
      case .overlap: "sections overlap"
      }
    return "byte \(offset): \(words)"
  }
}
