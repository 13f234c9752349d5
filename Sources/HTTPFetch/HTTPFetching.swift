/// Fetches over HTTP. Calls block the calling thread until they are done: a command line does one thing after another.
public protocol HTTPFetching: Sendable {
  /// Fetches `url` into memory. Any status is an answer; only what prevents one is an error.
  ///
  /// - Parameters:
  ///   - url: `https://…` or `http://…`.
  ///   - headers: sent besides the usual ones; `Authorization` does not follow a redirect to another host.
  ///   - limit: how many bytes the body may have; a longer one is ``HTTPFetchError/tooLong(url:limit:)``.
  func get(_ url: String, headers: HTTPHeaders, limit: Int) throws(HTTPFetchError) -> HTTPResponse

  /// Fetches what `request` names into its file, which appears by rename and only with the digest asked for.
  ///
  /// - Parameter progress: called at most ten times a second while bytes come and once at their end, on the calling thread; it must not call this session.
  @discardableResult
  func download(_ request: DownloadRequest, progress: (DownloadProgress) -> Void) throws(HTTPFetchError) -> Download
}

extension HTTPFetching {
  /// Fetches `url` into memory, at most 4 MiB.
  public func get(_ url: String, headers: HTTPHeaders = [:]) throws(HTTPFetchError) -> HTTPResponse {
    try get(url, headers: headers, limit: 4 << 20)
  }

  /// Fetches what `request` names without telling how far it is.
  @discardableResult
  public func download(_ request: DownloadRequest) throws(HTTPFetchError) -> Download {
    try download(request) { _ in }
  }
}

/// A server's answer, after redirects.
public struct HTTPResponse: Sendable, Hashable {
  /// The status code, 100 to 599.
  public var status: Int
  /// The header fields of the last answer.
  public var headers: HTTPHeaders
  /// The body as sent: no content coding is asked for or undone.
  public var body: [UInt8]

  /// An answer.
  public init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}
