import CCurl
import CCurlShim

/// The one owner of a libcurl easy handle.
struct EasyHandle: ~Copyable {
  let pointer: UnsafeMutableRawPointer
  /// What errors of an option are about.
  private var url = ""

  /// `nil` where libcurl cannot be started or has no memory.
  init?() {
    guard EasyHandle.globalInitialisation == CURLE_OK, let pointer = curl_easy_init() else { return nil }
    self.pointer = pointer
  }

  deinit { curl_easy_cleanup(pointer) }

  // curl_global_init(3): once per process, before anything else; a static is initialised once, by one thread.
  private static let globalInitialisation: CURLcode = ll_curl_global_init()

  /// Back to a new handle's options, for a transfer from `url`; connections, sessions and the DNS cache stay.
  mutating func reset(for url: String) {
    curl_easy_reset(pointer)
    self.url = url
  }

  func set(_ option: CURLoption, _ value: Int) throws(HTTPFetchError) {
    try check(ll_curl_set_long(pointer, option, value), option)
  }

  /// libcurl copies the text; `nil` goes back to the default.
  func set(_ option: CURLoption, _ value: String?) throws(HTTPFetchError) {
    try check(ll_curl_set_string(pointer, option, value), option)
  }

  /// The list stays the caller's and has to outlive the transfer.
  func set(_ option: CURLoption, list: UnsafeMutablePointer<curl_slist>?) throws(HTTPFetchError) {
    try check(ll_curl_set_list(pointer, option, list), option)
  }

  func long(_ info: CURLINFO) -> Int {
    var value = 0
    return ll_curl_get_long(pointer, info, &value) == CURLE_OK ? value : 0
  }

  func offset(_ info: CURLINFO) -> Int64 {
    var value: curl_off_t = 0
    return ll_curl_get_offset(pointer, info, &value) == CURLE_OK ? Int64(value) : 0
  }

  // A libcurl that was built without an option of ours would be less careful than asked for: nothing is fetched with it.
  private func check(_ code: CURLcode, _ option: CURLoption) throws(HTTPFetchError) {
    guard code == CURLE_OK else {
      let words = String(cString: curl_easy_strerror(code))
      throw .transport(url: url, code: Int(code.rawValue), reason: "option \(option.rawValue): \(words)")
    }
  }
}
