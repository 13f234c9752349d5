import Glibc

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
      // `::`, however it is written, and IPv4's, however it is mapped.
      var address = in6_addr()
      guard inet_pton(AF_INET6, String(host), &address) == 1 else { return nil }
      let bytes = withUnsafeBytes(of: &address) { Array($0) }
      guard bytes.contains(where: { $0 != 0 }), !bytes.starts(with: Self.mapped) || bytes.suffix(4) != [0, 0, 0, 0]
      else { return nil }
    } else {
      var address = in_addr()
      guard inet_pton(AF_INET, String(host), &address) == 1, address.s_addr != 0 else { return nil }
    }
    self.host = String(host)
    self.port = Int(port)
  }

  /// As it was read.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// `::ffff:0:0/96`. Source: RFC 4291, 2.5.5.2.
  private static let mapped: [UInt8] = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
}
