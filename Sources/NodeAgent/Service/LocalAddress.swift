/// Where the local HTTP server listens: one address of this machine and a port.
public struct LocalAddress: Sendable, Hashable, CustomStringConvertible {
  /// An IPv4 or IPv6 address in text form, without brackets.
  public let host: String
  /// The port; 0 takes one that is free.
  public let port: Int

  /// Loopback, IPv4.
  public static let loopback = "127.0.0.1"

  /// The address that `text` is: `127.0.0.1:9465`, `[::1]:9465`. `nil` for a name, for anything without a port, and for
  /// the addresses that stand for all of a machine's: metrics are for one network, and somebody has to say which.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
      guard host.contains(":"), Self.isHexadecimal(host) else { return nil }
      // `::`, however many zeros it is written with.
      guard host.contains(where: { $0 != ":" && $0 != "0" }) else { return nil }
    } else {
      let parts = host.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 4, parts.allSatisfy({ UInt8($0) != nil }), parts.contains(where: { UInt8($0) != 0 }) else {
        return nil
      }
    }
    self.host = String(host)
    self.port = Int(port)
  }

  /// As it was read.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  private static func isHexadecimal(_ host: Substring) -> Bool {
    host.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
        UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: ":"), UInt8(ascii: "."):
        true
      default: false
      }
    }
  }
}
