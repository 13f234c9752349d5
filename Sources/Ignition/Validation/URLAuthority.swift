import BaseEncodings

/// The part of a URL between the slashes: user, host and port, with the rules of Go's `net/url`.
enum URLAuthority {
  /// Whether Go accepts it.
  static func isValid(_ authority: ArraySlice<UInt8>) -> Bool {
    guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return isValidHost(authority) }
    let user = authority[..<at]
    return isValidHost(authority[(at + 1)...]) && user.allSatisfy(userBytes.contains) && ResourceURL.isEscapedWell(user)
  }

  private static func isValidHost(_ host: ArraySlice<UInt8>) -> Bool {
    guard host.first == UInt8(ascii: "[") else {
      if let colon = host.lastIndex(of: UInt8(ascii: ":")), !isValidPort(host[colon...]) { return false }
      return isUnescapable(host)
    }
    guard let bracket = host.lastIndex(of: UInt8(ascii: "]")), isValidPort(host[(bracket + 1)...]) else { return false }
    guard let zone = host[..<bracket].indices.first(where: { host[$0..<bracket].starts(with: "%25".utf8) }) else {
      return isUnescapable(host)
    }
    return isUnescapable(host[..<zone]) && isUnescapable(host[zone..<bracket], inZone: true)
      && isUnescapable(host[bracket...])
  }

  private static func isValidPort(_ port: ArraySlice<UInt8>) -> Bool {
    if port.isEmpty { return true }
    return port.first == UInt8(ascii: ":")
      && port.dropFirst().allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
  }

  /// Percent signs stand in a host only before bytes beyond ASCII, and in a zone only before what a host may hold, a
  /// space or `25`.
  private static func isUnescapable(_ text: ArraySlice<UInt8>, inZone: Bool = false) -> Bool {
    var index = text.startIndex
    while index < text.endIndex {
      let byte = text[index]
      if byte == UInt8(ascii: "%") {
        guard index + 2 < text.endIndex, let high = Hexadecimal.value(text[index + 1]),
          let low = Hexadecimal.value(text[index + 2])
        else { return false }
        let value = high << 4 | low
        if inZone {
          if value != UInt8(ascii: "%"), value != UInt8(ascii: " "), !hostBytes.contains(value) { return false }
        } else if value < 0x80, value != UInt8(ascii: "%") {
          return false
        }
        index += 3
      } else {
        if byte < 0x80, !hostBytes.contains(byte) { return false }
        index += 1
      }
    }
    return true
  }

  private static let hostBytes = ByteSet("-_.~!$&'()*+,;=:[]<>\"", withLettersAndDigits: true)
  private static let userBytes = ByteSet("-._:~!$&'()*+,;=%@", withLettersAndDigits: true)
}
