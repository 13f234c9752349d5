import Foundation
import X509

/// A request as a double's handler sees it.
struct HTTPRequest: Sendable {
  var method: String
  /// Without the query, percent-decoded.
  var path: String
  var query: [String: String]
  /// Names in lower case.
  var headers: [String: String]
  var body: [UInt8]
  /// What the client presented in TLS, the leaf first; not verified.
  var clientChain: [Certificate]

  init(
    method: String, uri: String, headers: [String: String] = [:], body: [UInt8] = [], clientChain: [Certificate] = []
  ) {
    self.method = method
    let parts = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = String(parts[0]).removingPercentEncoding ?? String(parts[0])
    query = [:]
    for pair in (parts.count == 2 ? parts[1] : "").split(separator: "&") {
      let words = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = words.count == 2 ? String(words[1]) : ""
      query[String(words[0]).removingPercentEncoding ?? ""] = value.removingPercentEncoding ?? value
    }
    self.headers = headers
    self.body = body
    self.clientChain = clientChain
  }
}

/// What a handler answers.
struct HTTPResponse: Sendable, Hashable {
  var status: Int
  var contentType: String
  var body: [UInt8]

  static func text(_ status: Int, _ text: String) -> HTTPResponse {
    HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
  }

  static func json(_ status: Int, _ value: JSON) -> HTTPResponse {
    HTTPResponse(status: status, contentType: "application/json", body: value.bytes)
  }
}
