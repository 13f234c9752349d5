import CCurl
import CCurlShim

/// Takes a body as it comes.
protocol BodyReceiver: AnyObject {
  /// Called once, before the first byte and also for an empty body. Throwing ends the transfer with that error.
  func begin(status: Int, headers: HTTPHeaders) throws(HTTPFetchError)
  /// Takes the next bytes. Throwing ends the transfer with that error.
  func receive(_ bytes: UnsafeRawBufferPointer) throws(HTTPFetchError)
}

/// One request and its answer. A class because libcurl calls back into it by address while it runs.
final class Exchange {
  /// What is asked for.
  let url: WebAddress
  private let requestHeaders: HTTPHeaders
  private let receiver: any BodyReceiver
  private let redirectLimit: Int
  private var begun = false
  private var received: Int64 = 0
  private var failure: HTTPFetchError?
  private var handle: UnsafeMutableRawPointer?

  /// The status of the last answer; 0 before there is one.
  private(set) var status = 0
  /// The header fields of the last answer.
  private(set) var headers = HTTPHeaders()
  /// How long the server asks to wait; `nil` where it does not.
  private(set) var retryAfter: Duration?

  init(url: WebAddress, headers: HTTPHeaders, redirectLimit: Int, receiver: any BodyReceiver) {
    self.url = url
    self.redirectLimit = redirectLimit
    requestHeaders = headers
    self.receiver = receiver
  }

  func run(on easy: borrowing EasyHandle) throws(HTTPFetchError) {
    let list = try makeList()
    defer { curl_slist_free_all(list) }
    try easy.set(CURLOPT_URL, url.text)
    try easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
    try easy.set(CURLOPT_REDIR_PROTOCOLS_STR, url.redirectSchemes)
    try easy.set(CURLOPT_HTTPHEADER, list: list)
    var words = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
    let code = words.withUnsafeMutableBufferPointer { words in
      handle = easy.pointer
      defer { handle = nil }
      let context = Unmanaged.passUnretained(self).toOpaque()
      ll_curl_set_pointer(easy.pointer, CURLOPT_ERRORBUFFER, words.baseAddress)
      ll_curl_set_header_receiver(easy.pointer, Exchange.takeHeader, context)
      ll_curl_set_body_receiver(easy.pointer, Exchange.takeBody, context)
      let code = curl_easy_perform(easy.pointer)
      ll_curl_set_pointer(easy.pointer, CURLOPT_ERRORBUFFER, nil)
      return code
    }
    status = easy.long(CURLINFO_RESPONSE_CODE)
    let wanted = easy.offset(CURLINFO_RETRY_AFTER)
    retryAfter = wanted > 0 ? .seconds(wanted) : nil
    if let failure { throw failure }
    guard code == CURLE_OK else {
      let said = String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw error(code, reason: said.isEmpty ? String(cString: curl_easy_strerror(code)) : said)
    }
    if !begun { try receiver.begin(status: status, headers: headers) }
  }

  private func makeList() throws(HTTPFetchError) -> UnsafeMutablePointer<curl_slist>? {
    var list: UnsafeMutablePointer<curl_slist>?
    for field in requestHeaders.fields {
      let line = "\(field.name): \(field.value)"
      guard line.utf8.allSatisfy({ $0 >= 0x20 || $0 == 0x09 }) else {
        curl_slist_free_all(list)
        throw .malformed(
          url: url.text, reason: "the header field \(field.name.debugDescription) has a control character")
      }
      guard let longer = curl_slist_append(list, line) else {
        curl_slist_free_all(list)
        throw .transport(url: url.text, code: Int(CURLE_OUT_OF_MEMORY.rawValue), reason: "out of memory")
      }
      list = longer
    }
    return list
  }

  private static let takeHeader: ll_curl_receiver = { bytes, size, count, context in
    guard let bytes, let context else { return 0 }
    let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    exchange.headers.read(line: String(decoding: line, as: UTF8.self))
    return size * count
  }

  private static let takeBody: ll_curl_receiver = { bytes, size, count, context in
    guard let bytes, let context else { return 0 }
    let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
    let taken = exchange.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
    // Any other number than that of the bytes ends the transfer; 0 would be right for an empty call.
    return taken ? size * count : size * count + 1
  }

  private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    do throws(HTTPFetchError) {
      if !begun {
        begun = true
        if let handle { ll_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status) }
        try receiver.begin(status: status, headers: headers)
      }
      try receiver.receive(bytes)
      received += Int64(bytes.count)
      return true
    } catch {
      failure = error
      return false
    }
  }

  private func error(_ code: CURLcode, reason: String) -> HTTPFetchError {
    let url = url.text
    switch code {
    case CURLE_URL_MALFORMAT: return .badURL(url)
    case CURLE_UNSUPPORTED_PROTOCOL:
      return headers["Location"].map { .redirectRefused(url: url, to: $0) } ?? .badURL(url)
    case CURLE_TOO_MANY_REDIRECTS:
      return .tooManyRedirects(url: url, limit: redirectLimit)
    case CURLE_OPERATION_TIMEDOUT: return .timedOut(url: url, reason: reason)
    case CURLE_PARTIAL_FILE: return .truncated(url: url, received: received)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
      CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return .untrusted(url: url, reason: reason)
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR,
      CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM:
      return begun ? .truncated(url: url, received: received) : .unreachable(url: url, reason: reason)
    default: return .transport(url: url, code: Int(code.rawValue), reason: reason)
    }
  }
}
