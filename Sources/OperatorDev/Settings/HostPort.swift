/// Where a server listens or is: `HOST:PORT`, an IPv6 address in brackets.
public struct HostPort: Sendable, Hashable {
  /// A name or an address, without brackets.
  public var host: String
  /// 1…65535; 0 asks the system for one, where something listens.
  public var port: Int

  /// A place.
  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// `nil` where `text` is something else.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
      guard host.contains(":") else { return nil }
    } else if host.contains(":") {
      return nil
    }
    let isName = host.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"):
        true
      default: false
      }
    }
    guard !host.isEmpty, isName else { return nil }
    self.init(host: String(host), port: Int(port))
  }
}

extension HostPort: CustomStringConvertible {
  /// `HOST:PORT`.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
