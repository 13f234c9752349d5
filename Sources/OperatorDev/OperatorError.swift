/// Why the operator cannot start or go on. No case holds a secret.
public enum OperatorError: Error, Sendable, Hashable {
  /// A file or folder of ours: its path and what is the matter.
  case file(String, String)
  /// The address to listen on cannot be had, with the system's or the library's words.
  case listen(String, String)
  /// Something that was read is not what it should be: where, and what is the matter.
  case malformed(String, String)
}

extension OperatorError: CustomStringConvertible {
  /// What happened, in one line.
  public var description: String {
    switch self {
    case .file(let path, let words): "\(path): error: \(words)"
    case .listen(let address, let words): "\(address): error: cannot be listened on: \(words)"
    case .malformed(let what, let words): "\(what): error: \(words)"
    }
  }
}
