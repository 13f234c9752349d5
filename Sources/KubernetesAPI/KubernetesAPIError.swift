/// Why an API server gave no answer. No case holds a token or a key.
public enum KubernetesAPIError: Error, Sendable, Hashable {
  /// A file of ours cannot be read or is not what it should be: its path and what is the matter.
  case file(String, String)
  /// Nobody answers at the address, in the system's words.
  case unreachable(String)
  /// The server could not be verified, and therefore was told nothing.
  case unverified(String)
  /// TLS failed otherwise.
  case tls(String)
  /// The time that was given had passed.
  case deadlineExceeded
  /// 401: the server does not know who we are.
  case unauthorized
  /// 403, with the server's words.
  case forbidden(String)
  /// Another status, and the beginning of the answer.
  case status(Int, String)
  /// The answer ended before its end, is longer than a mebibyte, or is no HTTP.
  case broken(String)
  /// The answer is not what its documentation says.
  case malformed(String)
}

extension KubernetesAPIError: CustomStringConvertible {
  /// What happened, in one line.
  public var description: String {
    switch self {
    case .file(let path, let what): "\(path): \(what)"
    case .unreachable(let words): "the API server cannot be reached: \(words)"
    case .unverified(let words): "the API server is unverified: \(words); nothing was sent"
    case .tls(let words): "TLS with the API server failed: \(words)"
    case .deadlineExceeded: "the API server did not answer in time"
    case .unauthorized: "401: the API server does not accept the operator's own token or client certificate"
    case .forbidden(let words): "403: the operator may not create tokenreviews.authentication.k8s.io: \(words)"
    case .status(let status, let words): words.isEmpty ? "status \(status)" : "status \(status): \(words)"
    case .broken(let words): "the API server's answer broke off: \(words)"
    case .malformed(let words): "the API server's answer cannot be read: \(words)"
    }
  }
}
