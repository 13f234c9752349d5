import CCurl
import CCurlShim

/// A URL that libcurl can read, with the one part that decides where redirects may lead.
struct WebAddress: Sendable, Hashable {
  enum Scheme: String, Sendable { case http, https }

  let text: String
  let scheme: Scheme

  init(_ text: String) throws(HTTPFetchError) {
    guard let parts = curl_url() else { throw .badURL(text) }
    defer { curl_url_cleanup(parts) }
    // A NUL would end the text early for libcurl and not for us.
    guard !text.utf8.contains(0), curl_url_set(parts, CURLUPART_URL, text, 0) == CURLUE_OK else { throw .badURL(text) }
    var name: UnsafeMutablePointer<CChar>?
    guard ll_curl_url_get(parts, CURLUPART_SCHEME, &name, 0) == CURLUE_OK, let name else { throw .badURL(text) }
    defer { curl_free(name) }
    guard let scheme = Scheme(rawValue: String(cString: name)) else { throw .badURL(text) }
    var user: UnsafeMutablePointer<CChar>?
    // A password in an address ends up in messages and proxies' logs. What is quoted here is therefore not the address.
    if ll_curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK {
      curl_free(user)
      throw .badURL("\(scheme.rawValue)://…@…")
    }
    self.text = text
    self.scheme = scheme
  }

  /// The schemes that redirects from here may lead to, as CURLOPT_REDIR_PROTOCOLS_STR wants them.
  var redirectSchemes: String {
    switch scheme {
    case .http: "http,https"
    case .https: "https"
    }
  }
}
