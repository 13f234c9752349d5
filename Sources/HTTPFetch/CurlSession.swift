import CCurl
import CCurlShim
import Glibc
import Synchronization

// Unchecked because libcurl's handle may move between threads as long as one at a time uses it, which `turn` sees to.
/// Fetches through libcurl, one transfer at a time, with connections kept between them.
///
/// TLS is always verified. Redirects lead to `https` only, or also to `http` where the first address was `http`. Proxies are
/// those of curl: `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy` from the environment, unless turned off.
public final class CurlSession: HTTPFetching, @unchecked Sendable {
  /// What a session does differently from the usual.
  public struct Configuration: Sendable, Hashable {
    /// A PEM file with the only authorities to trust; `nil` for the system's.
    public var caFile: String?
    /// How long connecting, the TLS handshake included, may take.
    public var connectTimeout: Duration = .seconds(15)
    /// How long a transfer may go on without a byte.
    public var stallTimeout: Duration = .seconds(30)
    /// How long one attempt may take in all; `nil` for as long as bytes come.
    public var totalTimeout: Duration?
    /// Where to connect to instead, as `HOST:PORT:ADDRESS:PORT`: the certificate must still be good for HOST, which need not be resolved. Source:
    /// CURLOPT_CONNECT_TO(3).
    public var connectTo: [String] = []
    /// Whether the environment's proxy settings count.
    public var usesProxy = true
    /// How many redirects are followed.
    public var redirectLimit = 10
    /// What is tried again, and when.
    public var retry = RetryPolicy()
    /// The `User-Agent`.
    public var userAgent = "low-layer-node"

    /// The usual.
    public init() {}
  }

  let configuration: Configuration
  private let pause: @Sendable (Duration) -> Void
  private var handle: EasyHandle
  private let turn = Mutex(())

  /// A session of its own connections.
  ///
  /// - Parameter pause: how to wait between attempts; tests put their own here.
  public init(
    _ configuration: Configuration = Configuration(), pause: @escaping @Sendable (Duration) -> Void = CurlSession.sleep
  ) throws(HTTPFetchError) {
    guard let easy = EasyHandle() else {
      throw .transport(url: "", code: Int(CURLE_FAILED_INIT.rawValue), reason: "libcurl cannot be started")
    }
    self.configuration = configuration
    self.pause = pause
    handle = easy
  }

  /// Blocks this thread for `duration`.
  @Sendable
  public static func sleep(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    var left = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    var rest = timespec()
    while nanosleep(&left, &rest) != 0, errno == EINTR { left = rest }
  }

  /// Fetches `url` into memory; transient failures are tried again first.
  public func get(_ url: String, headers: HTTPHeaders, limit: Int) throws(HTTPFetchError) -> HTTPResponse {
    let address = try WebAddress(url)
    var attempt = 1
    while true {
      let body = MemoryBody(url: url, limit: limit)
      let exchange = Exchange(
        url: address, headers: headers, redirectLimit: configuration.redirectLimit, receiver: body)
      let failure: HTTPFetchError
      do {
        try perform(exchange)
        let response = HTTPResponse(status: exchange.status, headers: exchange.headers, body: body.bytes)
        let status = HTTPFetchError.status(url: url, code: response.status, detail: "")
        guard status.isTransient, wait(after: &attempt, exchange) else { return response }
        continue
      } catch {
        failure = error
      }
      guard failure.isTransient, wait(after: &attempt, exchange) else { throw failure }
    }
  }

  /// Waits before the next attempt; `false` where there is none.
  func wait(after attempt: inout Int, _ exchange: Exchange) -> Bool {
    let delay = configuration.retry.delay(
      after: attempt, retryAfter: exchange.retryAfter, jitter: Double.random(in: 0...1))
    guard let delay else { return false }
    attempt += 1
    pause(delay)
    return true
  }

  /// Does one exchange; what it received is in it afterwards, also after an error.
  func perform(_ exchange: Exchange) throws(HTTPFetchError) {
    try turn.withLock { _ throws(HTTPFetchError) in
      handle.reset(for: exchange.url.text)
      var connections: UnsafeMutablePointer<curl_slist>?
      defer { curl_slist_free_all(connections) }
      do throws(HTTPFetchError) {
        try handle.apply(configuration)
        for connection in configuration.connectTo {
          guard let longer = curl_slist_append(connections, connection) else {
            throw .transport(
              url: exchange.url.text, code: Int(CURLE_OUT_OF_MEMORY.rawValue), reason: "out of memory")
          }
          connections = longer
        }
        if connections != nil { try handle.set(CURLOPT_CONNECT_TO, list: connections) }
        try exchange.run(on: handle)
      } catch {
        // A failed transfer may leave its buffer in the handle (libcurl 7.88 after a name that cannot be resolved), and
        // curl_easy_reset(3) leaves it there: CURLOPT_BUFFERSIZE is refused from then on.
        if let fresh = EasyHandle() { handle = fresh }
        throw error
      }
    }
  }
}

extension EasyHandle {
  fileprivate func apply(_ configuration: CurlSession.Configuration) throws(HTTPFetchError) {
    // Without it a timeout is a signal, and signals belong to the program.
    try set(CURLOPT_NOSIGNAL, 1)
    try set(CURLOPT_SSL_VERIFYPEER, 1)
    try set(CURLOPT_SSL_VERIFYHOST, 2)
    try set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
    if let file = configuration.caFile {
      try set(CURLOPT_CAINFO, file)
      // Otherwise the system's folder of authorities would still count.
      try set(CURLOPT_CAPATH, nil)
    }
    try set(CURLOPT_CONNECTTIMEOUT_MS, configuration.connectTimeout.milliseconds)
    try set(CURLOPT_LOW_SPEED_LIMIT, 1)
    try set(CURLOPT_LOW_SPEED_TIME, max(1, configuration.stallTimeout.milliseconds / 1000))
    if let total = configuration.totalTimeout { try set(CURLOPT_TIMEOUT_MS, total.milliseconds) }
    if !configuration.usesProxy { try set(CURLOPT_PROXY, "") }
    try set(CURLOPT_FOLLOWLOCATION, 1)
    try set(CURLOPT_MAXREDIRS, configuration.redirectLimit)
    try set(CURLOPT_USERAGENT, configuration.userAgent)
    try set(CURLOPT_BUFFERSIZE, 256 << 10)
  }
}

extension Duration {
  fileprivate var milliseconds: Int {
    max(1, Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000))
  }
}
