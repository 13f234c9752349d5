/// Reads the addresses of downloads.
enum WebAddress {
  /// Why `text` is no address that nodes can download from, in words that follow `'url' `; `nil` where it is one.
  /// With `plain`, `http://` is taken as well.
  static func fault(in text: String, plain: Bool = false) -> String? {
    let schemes = plain ? ["https://", "http://"] : ["https://"]
    guard let scheme = schemes.first(where: { text.hasPrefix($0) }) else {
      if !plain, text.hasPrefix("http://") { return "must be https, not \(shown(text))" }
      return "must be an address that begins with \(plain ? "https:// or http://" : "https://"), not \(shown(text))"
    }
    let rest = text.dropFirst(scheme.count)
    let authority = rest.prefix { !"/?#".contains($0) }
    if authority.contains("@") { return "must not hold a user or a password: every node's config shows it" }
    guard HostPort.isHost(authority) || HostPort(authority) != nil else {
      return "has no valid host: \(shown(text))"
    }
    guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}".utf8.contains($0) }) else {
      return "holds a character that an address cannot hold: \(shown(text))"
    }
    return rest.contains("#") ? "must not have a fragment: \(shown(text))" : nil
  }

  /// `text` without the slashes at its end, so that a path can be added with one.
  static func withoutTrailingSlash(_ text: String) -> String {
    var text = text
    while text.hasSuffix("/") { text.removeLast() }
    return text
  }
}
