import Glibc

/// Why something was not fetched. Every case says which address or file it is about.
public enum HTTPFetchError: Error, Sendable, Hashable {
  /// The address is not an `http` or `https` URL, or has a user and password in it.
  case badURL(String)
  /// No connection: name resolution, routing, refused, or broken off before an answer.
  case unreachable(url: String, reason: String)
  /// The TLS handshake failed or the server's certificate is not good for this host.
  case untrusted(url: String, reason: String)
  /// Connecting took too long, or no byte came for too long.
  case timedOut(url: String, reason: String)
  /// The server sent us to an address that is not followed: one without TLS, or no HTTP at all.
  case redirectRefused(url: String, to: String)
  /// More redirects than a loop-free way would have.
  case tooManyRedirects(url: String, limit: Int)
  /// An answer that is not the content: the status and what the server said about it, cut to one line.
  case status(url: String, code: Int, detail: String)
  /// The server wants to know who asks (401): its `WWW-Authenticate`, empty where it sent none.
  case unauthorized(url: String, challenge: String)
  /// The content is longer than it may be; nothing of it is kept.
  case tooLong(url: String, limit: Int64)
  /// The connection ended before the content did; what came is kept for the next attempt.
  case truncated(url: String, received: Int64)
  /// The server answered a range with another one.
  case wrongRange(url: String, asked: Int64, answered: String)
  /// All of it came and it is something else; nothing of it is kept.
  case digestMismatch(url: String, expected: ContentDigest, actual: ContentDigest)
  /// A registry's answer is not what the distribution spec says, or not what was asked for.
  case malformed(url: String, reason: String)
  /// Another process is fetching the same file.
  case busy(path: String)
  /// A file operation failed: which, on what, and `errno`.
  case file(path: String, operation: String, code: Int32)
  /// Anything else that libcurl says (`CURLcode`).
  case transport(url: String, code: Int, reason: String)
}

extension HTTPFetchError: CustomStringConvertible {
  /// One line for a person, without secrets.
  public var description: String {
    switch self {
    case .badURL(let url): "\(url.debugDescription) is not an http or https URL without a password"
    case .unreachable(let url, let reason): "\(url): unreachable: \(reason)"
    case .untrusted(let url, let reason): "\(url): not trusted: \(reason)"
    case .timedOut(let url, let reason): "\(url): timed out: \(reason)"
    case .redirectRefused(let url, let target): "\(url): redirects to \(target), which is not followed"
    case .tooManyRedirects(let url, let limit): "\(url): more than \(limit) redirects"
    case .status(let url, let code, let detail): "\(url): status \(code)" + (detail.isEmpty ? "" : ": \(detail)")
    case .unauthorized(let url, let challenge):
      "\(url): wants a login" + (challenge.isEmpty ? "" : ": \(challenge)")
    case .tooLong(let url, let limit): "\(url): longer than the \(limit) bytes that it may have"
    case .truncated(let url, let received):
      "\(url): the connection ended after \(received) bytes, before the content did"
    case .wrongRange(let url, let asked, let answered):
      "\(url): bytes from \(asked) were asked for and \(answered.debugDescription) was answered"
    case .digestMismatch(let url, let expected, let actual): "\(url): expected \(expected), got \(actual)"
    case .malformed(let url, let reason): "\(url): \(reason)"
    case .busy(let path): "\(path): another process is fetching this file"
    case .file(let path, let operation, let code): "\(path): cannot \(operation): \(String(cString: strerror(code)))"
    case .transport(let url, let code, let reason): "\(url): \(reason) (curl \(code))"
    }
  }
}

extension HTTPFetchError {
  /// Whether the same request may well succeed a moment later.
  public var isTransient: Bool {
    switch self {
    case .unreachable, .timedOut, .truncated: true
    case .status(_, let code, _): code == 408 || code == 429 || (500...599).contains(code)
    default: false
    }
  }
}
