import BaseEncodings

/// A URL as far as Ignition looks at it, taken apart with the rules of Go's `net/url`.
struct ResourceURL {
  /// The scheme in lower case; empty where there is none.
  var scheme: String
  /// What follows the scheme of a URL without slashes.
  var opaque: String { String(decoding: opaqueBytes, as: UTF8.self) }
  private var opaqueBytes: ArraySlice<UInt8> = []
  private let query: ArraySlice<UInt8>

  /// Takes `text` apart; `nil` where Go cannot.
  init?(_ text: String) { self.init(Array(text.utf8)) }

  /// Takes the URL in UTF-8 apart; `nil` where Go cannot.
  init?(_ bytes: [UInt8]) {
    var hash = bytes.endIndex
    for index in bytes.indices.reversed() {
      if bytes[index] < 0x20 || bytes[index] == 0x7F { return nil }
      if bytes[index] == UInt8(ascii: "#") { hash = index }
    }
    guard Self.isEscapedWell(bytes[hash...]) else { return nil }
    guard let (scheme, afterScheme) = Self.splitScheme(bytes[..<hash]) else { return nil }
    self.scheme = String(decoding: scheme.map { $0 | 0x20 }, as: UTF8.self)
    let question = afterScheme.firstIndex(of: UInt8(ascii: "?")) ?? afterScheme.endIndex
    var rest = afterScheme[..<question]
    query = afterScheme[question...].dropFirst()
    if rest.first != UInt8(ascii: "/") {
      if !scheme.isEmpty {
        opaqueBytes = rest
        return
      }
      if rest.prefix(while: { $0 != UInt8(ascii: "/") }).contains(UInt8(ascii: ":")) { return nil }
    }
    if rest.starts(with: "//".utf8), !scheme.isEmpty || !rest.starts(with: "///".utf8) {
      let authority = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "/") }
      guard URLAuthority.isValid(authority) else { return nil }
      rest = rest[authority.endIndex...]
    }
    guard Self.isEscapedWell(rest) else { return nil }
  }

  /// The first value of `name` in the query; `nil` where it does not occur.
  func firstQueryValue(_ name: String) -> String? {
    for pair in query.split(separator: UInt8(ascii: "&")) where !pair.contains(UInt8(ascii: ";")) {
      let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard Self.isEscapedWell(pair), let key = parts.first, key.elementsEqual(name.utf8) else { continue }
      return parts.count == 2 ? String(decoding: parts[1], as: UTF8.self) : ""
    }
    return nil
  }

  /// Whether every percent sign leads two hexadecimal digits.
  static func isEscapedWell(_ text: some Collection<UInt8>) -> Bool {
    var open = 0
    for byte in text {
      if open > 0 {
        if Hexadecimal.value(byte) == nil { return false }
        open -= 1
      } else if byte == UInt8(ascii: "%") {
        open = 2
      }
    }
    return open == 0
  }

  private static func splitScheme(_ text: ArraySlice<UInt8>) -> (scheme: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)? {
    for (index, byte) in zip(text.indices, text) {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): continue
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
        if index == text.startIndex { return (text.prefix(0), text) }
      case UInt8(ascii: ":"): return index == text.startIndex ? nil : (text[..<index], text[(index + 1)...])
      default: return (text.prefix(0), text)
      }
    }
    return (text.prefix(0), text)
  }
}
