/// Why the agent cannot be asked, or cannot be there to be asked.
public enum ServiceError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Nothing can listen at that address or path; why.
  case listen(String, String)
  /// Another agent answers at that path.
  case isTaken(String)
  /// The path is longer than a socket's address may be.
  case path(String)
  /// Nobody listens at that path: the agent does not run.
  case notRunning(String)
  /// This process may not ask there: only root may.
  case denied(String)
  /// It did not answer in time, or broke off.
  case silent(String)
  /// It answered with something else, or with an error; its words.
  case refused(String)

  /// A sentence without an end.
  public var description: String {
    switch self {
    case .listen(let place, let why): "cannot listen at \(place): \(why)"
    case .isTaken(let path): "another ll-agent answers at \(path)"
    case .path(let path): "\(path) is too long for a socket: at most 107 bytes"
    case .notRunning(let path): "the agent is not running: nobody listens at \(path)"
    case .denied(let path): "only root may ask the agent: \(path)"
    case .silent(let path): "the agent did not answer: \(path)"
    case .refused(let words): "the agent refused to answer: \(words)"
    }
  }
}
