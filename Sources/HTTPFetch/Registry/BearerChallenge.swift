import FoundationEssentials

/// What a registry wants before it answers: a token from `realm` (distribution's token authentication specification).
struct BearerChallenge {
  var realm: String
  var service: String?
  var scope: String?

  /// Reads a `WWW-Authenticate` field; `nil` where it is no bearer challenge.
  init?(_ field: String) {
    let words = field.split(separator: " ", maxSplits: 1)
    guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
    let parameters = BearerChallenge.parameters(words[1])
    guard let realm = parameters["realm"] else { return nil }
    self.realm = realm
    service = parameters["service"]
    scope = parameters["scope"]
  }

  /// Whether the token comes by TLS, or does not leave this machine.
  var isConfidential: Bool {
    if realm.hasPrefix("https://") { return true }
    guard realm.hasPrefix("http://") else { return false }
    return OCIName.isLoopback(String(realm.dropFirst("http://".count).prefix { $0 != "/" && $0 != "?" }))
  }

  /// The address that gives a token for it; `repository` is asked for where the challenge does not name a scope.
  func address(repository: String) -> String {
    var items = ["scope=\((scope ?? "repository:\(repository):pull").percentEncoded)"]
    if let service { items.insert("service=\(service.percentEncoded)", at: 0) }
    return realm + (realm.contains("?") ? "&" : "?") + items.joined(separator: "&")
  }

  /// The token in an answer of the realm; `nil` where there is none.
  static func token(in body: [UInt8]) -> String? {
    struct Answer: Decodable {
      var token: String?
      var access_token: String?
    }
    let answer = try? JSONDecoder().decode(Answer.self, from: Data(body))
    return answer?.token ?? answer?.access_token
  }

  /// `key="value",key=value`: commas inside quotes do not separate, and a backslash quotes one character (RFC 9110, section 5.6.4).
  private static func parameters(_ text: Substring) -> [String: String] {
    var found: [String: String] = [:]
    var rest = text
    while let equals = rest.firstIndex(of: "=") {
      let key = rest[..<equals].trimmingHTTPWhitespace.lowercased()
      rest = rest[rest.index(after: equals)...]
      var value = ""
      if rest.first == "\"" {
        rest = rest.dropFirst()
        while let character = rest.popFirst(), character != "\"" {
          if character == "\\", let quoted = rest.popFirst() { value.append(quoted) } else { value.append(character) }
        }
      } else {
        value = String(rest.prefix { $0 != "," })
        rest = rest.dropFirst(value.count)
      }
      found[key] = value
      rest = rest.drop { $0 == "," || $0 == " " }
    }
    return found
  }
}

extension String {
  /// Everything but RFC 3986's unreserved characters as `%XX`.
  fileprivate var percentEncoded: String {
    utf8.reduce(into: "") { text, byte in
      let scalar = Unicode.Scalar(byte)
      if scalar.isASCII,
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil || "-._~".unicodeScalars.contains(scalar)
      {
        text.unicodeScalars.append(scalar)
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        text += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
  }
}
