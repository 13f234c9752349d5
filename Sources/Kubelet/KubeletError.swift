/// Why something of the kubelet could not be read. No case holds a token or a key.
public enum KubeletError: Error, Sendable, Hashable {
  /// It was not asked, because something is not configured: without anchors no server can be verified.
  case notConfigured(String)
  /// A file of ours cannot be read or is not what it should be: its path and what is the matter.
  case file(String, String)
  /// Nobody answers at the address, in the system's words.
  case unreachable(String)
  /// The server could not be verified, and therefore was told nothing: its certificate's chain, name or time.
  case unverified(String)
  /// TLS failed otherwise.
  case tls(String)
  /// The time that was given had passed.
  case deadlineExceeded
  /// 401: the kubelet does not know who we are.
  case unauthorized
  /// 403, and the subresource of `nodes` that permits this path.
  case forbidden(needs: String)
  /// 403 from a kubelet without fine-grained authorization (before 1.33): it gives this path only for `nodes/proxy`,
  /// which permits commands in every pod and is therefore never asked for.
  case needsNodesProxy
  /// 404 or 405: this kubelet does not serve the path.
  case notServed
  /// Another status, and the beginning of the answer.
  case status(Int, String)
  /// The answer is longer than that many bytes.
  case tooLarge(limit: Int)
  /// The answer ended before its end, or is no HTTP.
  case broken(String)
  /// The answer is not what its documentation says.
  case malformed(String)

  /// Whether there is nothing to read here by configuration, permission or version, rather than a fault.
  public var isUnavailable: Bool {
    switch self {
    case .notConfigured, .forbidden, .needsNodesProxy, .notServed: true
    default: false
    }
  }
}

extension KubeletError: CustomStringConvertible {
  /// What happened, in one line.
  public var description: String {
    switch self {
    case .notConfigured(let what): "not asked: \(what)"
    case .file(let path, let what): "\(path): \(what)"
    case .unreachable(let words): "the kubelet cannot be reached: \(words)"
    case .unverified(let words): "unverified: \(words); nothing was sent"
    case .tls(let words): "TLS failed: \(words)"
    case .deadlineExceeded: "the kubelet did not answer in time"
    case .unauthorized: "401: the kubelet does not accept this token or client certificate"
    case .forbidden(let needs): "403: needs `get` on \(needs)"
    case .needsNodesProxy: "this kubelet, older than 1.33, gives it only for nodes/proxy, which is never used"
    case .notServed: "this kubelet does not serve it"
    case .status(let status, let words): words.isEmpty ? "status \(status)" : "status \(status): \(words)"
    case .tooLarge(let limit): "the answer is longer than \(limit) bytes"
    case .broken(let words): "the answer broke off: \(words)"
    case .malformed(let words): "the answer cannot be read: \(words)"
    }
  }
}
