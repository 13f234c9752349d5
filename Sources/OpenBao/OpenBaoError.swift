public import SecretMemory

/// Why OpenBao gave no certificate. No case holds a token, a secret id or a key.
public indirect enum OpenBaoError: Error, Sendable, Hashable {
  /// Something that is configured cannot be: what.
  case configuration(String)
  /// A file of ours cannot be read or is not what it should be: its path and what is the matter.
  case file(String, String)
  /// Locked memory for a secret could not be had.
  case memory(SecretMemoryError)
  /// Nobody answers at the address, in the system's words.
  case unreachable(String)
  /// The server could not be verified, and therefore was told nothing: its certificate's chain, name or time.
  case unverified(String)
  /// TLS failed otherwise.
  case tls(String)
  /// The time that was given had passed.
  case deadlineExceeded
  /// 503: the server is sealed.
  case sealed
  /// 501, or 400 in its words: the server is not initialised.
  case uninitialised
  /// 472, 473, 429 without a word, or 500 in its words: a standby that has no active server to ask.
  case standby
  /// A redirect to where we do not go: another host than the configured ones, no TLS, another path, or too many in a row.
  case redirected(String)
  /// 429 otherwise: a quota is used up; seconds until it is asked again, where it says.
  case rateLimited(seconds: Int?)
  /// 403 to a token that is expired, revoked or unknown.
  case badToken
  /// 403: the token is good, and no policy of its allows this path.
  case denied(path: String)
  /// A login was refused: how it was tried, the status and what OpenBao said.
  case loginRefused(LoginMethod.Kind, status: Int, [String])
  /// The wrapping token was unwrapped already, has expired or was never one.
  case wrappingSpent
  /// The wrapping token holds something other than a secret id of the configured mount: where it came from.
  case wrappingForeign(String)
  /// 404: nothing is mounted there, or there is no such path.
  case notFound(path: String, [String])
  /// 404 to the namespace.
  case noNamespace(String)
  /// Another refusal of 400 to 499, in OpenBao's words.
  case refused(status: Int, [String])
  /// Another status of 500 or more, or one that nobody expects, with the beginning of the answer.
  case failing(status: Int, String)
  /// The answer is longer than that many bytes.
  case tooLarge(limit: Int)
  /// The answer ended before its end, or is no HTTP.
  case broken(String)
  /// The answer is not what OpenBao's documentation says: what.
  case malformed(String)
  /// The certificate in the answer is not taken, for these reasons.
  case certificateRefused([String])
  /// It would be, but for this node's clock: by that it is valid only in so many seconds, or, where negative, was until
  /// so many seconds ago.
  case clockDiffers(seconds: Int64)
  /// There is nothing left to log in with: what is missing or was refused, one sentence each.
  case nothingToLogInWith([String])
  /// No server could be used; what each of several had.
  case noServer([ServerFault])

  /// What happened at one of several addresses.
  public struct ServerFault: Sendable, Hashable {
    /// Where.
    public var address: OpenBaoAddress
    /// What.
    public var error: OpenBaoError

    /// A fault at an address.
    public init(address: OpenBaoAddress, error: OpenBaoError) {
      self.address = address
      self.error = error
    }
  }

  /// Whether asking again can help.
  public enum Retry: Sendable, Hashable {
    /// At once: with a fresh login, or at another server.
    case now
    /// After a while, and then again: servers are unsealed, quotas refill, networks come back.
    case later
    /// Not before a person has changed something. Asking at the longest interval does no harm, and notices the change.
    case never
  }

  /// Whether asking again can help.
  public var retry: Retry {
    switch self {
    case .badToken: .now
    case .unreachable, .deadlineExceeded, .sealed, .uninitialised, .standby, .rateLimited, .failing, .broken, .tls,
      .memory, .tooLarge, .malformed, .unverified, .file, .nothingToLogInWith, .clockDiffers:
      .later
    case .noServer(let faults): faults.allSatisfy { $0.error.retry == .never } ? .never : .later
    case .loginRefused(_, let status, _): status >= 500 ? .later : .never
    case .configuration, .redirected, .denied, .wrappingSpent, .wrappingForeign, .notFound, .noNamespace, .refused,
      .certificateRefused:
      .never
    }
  }

  /// How long OpenBao asks to be left alone, an hour at most; `nil` where it does not say.
  public var asked: Duration? {
    guard case .rateLimited(let seconds?) = self else { return nil }
    return .seconds(min(max(seconds, 0), 3600))
  }

  /// Whether another server of the cluster may do better.
  ///
  /// Not after ``rateLimited(seconds:)``, although each server counts for itself, by client address. A standby passes
  /// on what it takes; the active server counts that too, under the client's own address, and does the work. Whoever
  /// went on to the next server would multiply what a crowd asks for just when it is too much, and half of a
  /// certificate's life is time enough to wait. Source: https://openbao.org/docs/concepts/resource-quotas;
  /// openbao/openbao, http/util.go (`rateLimitQuotaWrapping`) and vault/request_forwarding.go.
  var concernsOneServer: Bool {
    switch self {
    case .unreachable, .unverified, .tls, .deadlineExceeded, .sealed, .uninitialised, .standby, .redirected, .failing,
      .tooLarge, .broken, .malformed:
      true
    case .loginRefused(_, let status, _): status >= 500
    default: false
    }
  }

  /// Whether the server certainly did not carry the request out, so that one that counts may be sent again elsewhere.
  var isBeforeWork: Bool {
    switch self {
    case .unreachable, .unverified, .sealed, .uninitialised, .standby, .redirected: true
    default: false
    }
  }
}
