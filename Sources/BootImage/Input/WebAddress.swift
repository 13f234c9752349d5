/// Reads the addresses of downloads. What may be a password is never part of a fault's words.
enum WebAddress {
  /// Why `text` is no address that nodes can download from, in words that follow `'url' `; `nil` where it is one.
  /// With `plain`, `http://` is taken as well.
  static func fault(in text: String, plain: Bool = false) -> String? {
    let scheme = ["https://", "http://"].first { text.prefix($0.count).lowercased() == $0 }
    let rest = text.dropFirst(scheme?.count ?? 0)
    let authority = rest.prefix { !"/?#".contains($0) }
    if (scheme == nil ? rest : authority).contains("@") {
      return "must not hold a user or a password: every node's config shows it"
    }
    guard let scheme else {
      let schemes = plain ? "https:// or http://" : "https://"
      return "must be an address that begins with \(schemes), not \(shown(address: text))"
    }
    guard text.hasPrefix(scheme) else { return "must begin with \(scheme) in lower case" }
    if !plain, scheme == "http://" { return "must be https, not \(shown(address: text))" }
    if rest.contains("?") {
      return "must not have a query: a signature or a password in it would stand in every node's config"
    }
    if rest.contains("#") { return "must not have a fragment" }
    return fault(inAuthority: authority, of: text)
  }

  private static func fault(inAuthority authority: Substring, of text: String) -> String? {
    let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 2, HostPort.isHost(parts[0]), !HostPort.isPort(parts[1]) {
      return "has a port that is no number from 1 to 65535"
    }
    guard HostPort.isHost(authority) || HostPort(authority) != nil else {
      return "has no valid host: \(shown(address: text))"
    }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}".utf8.contains($0) }) else {
      return "holds a character that an address cannot hold: \(shown(address: text))"
    }
    return nil
  }

  // MARK: Paths

  /// Why the address `text`, which has no ``fault(in:plain:)``, cannot be that of one file: a mirror stores a download
  /// under its host and path, which must be a file name below the mirror's folder.
  static func fault(inPathOfFile text: String) -> String? {
    let segments = segments(of: text)
    if segments.isEmpty || segments == [""] { return "has no path: a download needs a file name" }
    if let fault = fault(inPathOf: text) { return fault }
    return segments.last?.isEmpty == true ? "ends with '/': a download needs a file name" : nil
  }

  /// Why the path of the address `text` does not lead to one place only; `nil` where it does. A slash may end it.
  static func fault(inPathOf text: String) -> String? {
    let reason = "a mirror stores a download under its host and path"
    let segments = segments(of: text)
    for (index, segment) in segments.enumerated() {
      guard let bytes = decoded(segment) else { return "has a '%' without two hexadecimal digits in its path" }
      if bytes == Array(".".utf8) || bytes == Array("..".utf8) {
        return "has a segment '.' or '..' in its path: \(reason)"
      }
      if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F || "/\\".utf8.contains($0) }) {
        return "has an encoded '/', '\\' or control character in its path: \(reason)"
      }
      if segment.isEmpty, index < segments.count - 1 { return "has an empty segment '//' in its path: \(reason)" }
    }
    return nil
  }

  /// The segments of the path of `text` (RFC 3986, 3.3), none where it has no path.
  private static func segments(of text: String) -> [Substring] {
    guard let scheme = text.firstRange(of: "://"), let slash = text[scheme.upperBound...].firstIndex(of: "/") else {
      return []
    }
    return text[slash...].dropFirst().split(separator: "/", omittingEmptySubsequences: false)
  }

  /// The bytes of `segment` with percent-encoding undone; `nil` where that is malformed.
  private static func decoded(_ segment: Substring) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = Array(segment.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2)
      guard digits.count == 2, digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return bytes
  }

  /// `text` without the slashes at its end, so that a path can be added with one.
  static func withoutTrailingSlash(_ text: String) -> String {
    var text = text
    while text.hasSuffix("/") { text.removeLast() }
    return text
  }
}
