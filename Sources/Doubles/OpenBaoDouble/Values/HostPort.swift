/// `host:port`, as Go's net package reads it.
struct HostPort: Sendable, Hashable {
  var host: String
  var port: Int

  /// `nil` where ``fault(of:)`` says why.
  init?(_ text: String) {
    guard Self.fault(of: text) == nil, let colon = text.lastIndex(of: ":"),
      let port = Int(text[text.index(after: colon)...])
    else { return nil }
    host = String(text[..<colon]).trimmingBrackets
    self.port = port
  }

  /// The host and port of an URL; 443 where it names none.
  init?(url: String) {
    guard let scheme = url.firstRange(of: "://") else { return nil }
    let authority = String(url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" })
    guard !authority.isEmpty else { return nil }
    self.init(authority.contains(":") ? authority : authority + ":443")
  }

  /// Why `text` is none.
  static func fault(of text: String) -> String? {
    guard let colon = text.lastIndex(of: ":") else { return "listen tcp: address \(text): missing port in address" }
    let port = text[text.index(after: colon)...]
    guard let number = Int(port), (0...65535).contains(number) else {
      return "listen tcp: address \(port): invalid port"
    }
    return nil
  }
}

extension String {
  fileprivate var trimmingBrackets: String { hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self }
}
