/// Decides which texts a finding must not repeat: findings end up in logs, and people paste passwords and private keys
/// into the wrong place.
enum Withheld {
  /// Why `text` is not repeated, in words that follow a colon; `nil` where nothing in it looks like a secret.
  static func reason(for text: some StringProtocol) -> String? {
    // Most texts are names and numbers, in which nothing can hide.
    if text.utf8.count < 64, text.utf8.allSatisfy({ Names.isAlphanumeric($0) || "-._/".utf8.contains($0) }),
      !Array(text.utf8).holds(Array("//".utf8))
    {
      return nil
    }
    if isPrivateKey(text) { return "it holds a private key" }
    if hasBlob(text, hexadecimal: false) { return "it may hold a key" }
    let isSuspect = text.contains { $0 == "@" || $0 == "?" } || text.contains("//") && hasBadPort(text)
    return isSuspect ? password : nil
  }

  /// Why `text`, which should be an address or `host:port`, is not repeated: what stands where a port should may be a
  /// password.
  static func reason(forAddress text: some StringProtocol) -> String? {
    reason(for: text) ?? (hasBadPort(text) ? password : nil)
  }

  private static let password = "it may hold a password"

  /// Whether the words that begin and end every private key in PEM are in `text`.
  static func isPrivateKey(_ text: some StringProtocol) -> Bool {
    text.utf8.count >= 11
      && text.utf8.map { $0 >= 0x61 && $0 <= 0x7A ? $0 - 0x20 : $0 }.holds(Array("PRIVATE KEY".utf8))
  }

  /// Whether `text` has 64 or more characters of base64 in a row, a line of PEM (RFC 7468). Without `hexadecimal`, a
  /// row of nothing but hexadecimal digits is a digest.
  static func hasBlob(_ text: some StringProtocol, hexadecimal: Bool) -> Bool {
    let rows = text.utf8.split { byte in !Names.isAlphanumeric(byte) && !"+/=".utf8.contains(byte) }
    return rows.contains { row in
      row.count >= 64 && (hexadecimal || !row.allSatisfy { Unicode.Scalar($0).properties.isASCIIHexDigit })
    }
  }

  /// Whether a colon in `text` is followed by something that is no port, apart from the colons of a scheme and of an
  /// IPv6 address in brackets.
  private static func hasBadPort(_ text: some StringProtocol) -> Bool {
    var rest = String(text)
    if let scheme = rest.firstRange(of: "://"), rest[..<scheme.lowerBound].utf8.allSatisfy(Names.isAlphanumeric) {
      rest.removeSubrange(..<scheme.upperBound)
    }
    if rest.hasPrefix("["), let end = rest.firstIndex(of: "]"),
      rest[..<end].dropFirst().utf8.allSatisfy({ "0123456789abcdefABCDEF:.".utf8.contains($0) })
    {
      rest.removeSubrange(...end)
    }
    let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return false }
    return parts.count > 2 || !HostPort.isPort(parts[1].prefix { $0 != "/" })
  }
}
