/// Another master's OpenBao, as `https://ADDRESS:PORT,NAME`: where it listens, and the name that its certificate must carry.
public struct BootstrapPeer: Sendable, Hashable {
  /// The address, without brackets' meaning: an IPv6 address has them.
  public let address: String
  /// The port of its API.
  public let port: Int
  /// The name in its certificate.
  public let name: String

  /// The peer that `text` names; `nil` for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].hasPrefix("https://"), let name = parts.last else { return nil }
    let place = parts[0].dropFirst("https://".count)
    guard let colon = place.lastIndex(of: ":") else { return nil }
    let address = place[..<colon]
    let digits = place[place.index(after: colon)...]
    guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let port = Int(digits),
      (1...65535).contains(port), Self.isHost(address), Self.isName(name)
    else { return nil }
    self.address = String(address)
    self.port = port
    self.name = String(name)
  }

  /// Where its health is asked for, by name.
  var healthURL: String { "https://\(name):\(port)/v1/sys/health" }

  /// That name's way to the address, as libcurl takes it.
  var connection: String { "\(name):\(port):\(address):\(port)" }

  private static func isHost(_ text: Substring) -> Bool {
    if text.hasPrefix("["), text.hasSuffix("]"), text.count > 2 {
      return text.dropFirst().dropLast().utf8.allSatisfy { byte in
        isLetterOrDigit(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
      }
    }
    return isName(text)
  }

  private static func isName(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.count <= 253
      && text.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      true
    default: false
    }
  }
}

extension BootstrapPeer: CustomStringConvertible {
  /// Its name and where it listens.
  public var description: String { "\(name) (\(address):\(port))" }
}
