import Glibc
import LocalFiles

/// Why the agent's state could not be read or kept.
public enum StateError: Error, Sendable, Hashable {
  /// The system refused: what was tried, on which file, and the errno.
  case system(action: String, path: String, code: Int32)
  /// The file is there and is not what the agent writes; the finding, with its line.
  case malformed(path: String, finding: String)
}

extension StateError: CustomStringConvertible {
  /// What happened, in one line.
  public var description: String {
    switch self {
    case .system(let action, let path, let code): "cannot \(action) \(path): \(String(cString: strerror(code)))"
    case .malformed(let path, let finding): "\(path) is not a state that this program wrote: \(finding)"
    }
  }
}

extension StateError {
  init(_ fault: FileFault) { self = .system(action: fault.action.rawValue, path: fault.path, code: fault.code) }
}
