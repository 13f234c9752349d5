import Glibc

/// A file operation that the system refused: the environment failed, not the input (exit code 3).
public struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was tried: `cannot read`, `cannot write`.
  public var action: String
  /// On which file.
  public var path: String
  /// Why: the system's own words, or ours.
  public var reason: String

  /// An error in our own words.
  public init(_ action: String, _ path: String, reason: String) {
    self.action = action
    self.path = path
    self.reason = reason
  }

  /// The error that `errno` tells of now.
  public static func current(_ action: String, _ path: String) -> FileError {
    FileError(action, path, reason: String(cString: strerror(errno)))
  }

  /// `cannot write out/master-1.ign: No space left on device`
  public var description: String { "\(action) \(path): \(reason)" }
}
