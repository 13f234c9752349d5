import Glibc

/// A system call on a file or folder that failed.
public struct FileFault: Error, Sendable, Hashable {
  /// What was tried, in the words that follow "cannot".
  public enum Action: String, Sendable, Hashable {
    /// A folder.
    case make = "make"
    /// A folder's entries.
    case read = "read"
    /// A new file, beside the one that it is to replace.
    case write = "write"
    /// A file's bytes, or a folder's entries.
    case makeDurable = "make durable"
    /// A file, in the place of another.
    case putInPlace = "put in place"
    /// A file.
    case remove = "remove"
  }

  /// What was tried.
  public var action: Action
  /// On what.
  public var path: String
  /// The call's errno.
  public var code: Int32

  /// A fault with an errno.
  public init(_ action: Action, _ path: String, code: Int32) {
    self.action = action
    self.path = path
    self.code = code
  }

  /// The fault that `errno` tells of now.
  static func current(_ action: Action, _ path: String) -> FileFault { FileFault(action, path, code: errno) }

  /// The system's words for the errno.
  public var reason: String { String(cString: strerror(code)) }
}

extension FileFault: CustomStringConvertible {
  /// What happened, in one line.
  public var description: String { "cannot \(action.rawValue) \(path): \(reason)" }
}
