/// Where an OpenBao server listens: a host and a port, always over TLS.
public struct OpenBaoAddress: Sendable, Hashable {
  /// A name or an IP address, without brackets.
  public var host: String
  /// The port, 8200 where a text names none.
  public var port: Int

  /// An address.
  public init(host: String, port: Int = 8200) {
    self.host = host
    self.port = port
  }

  /// The address of a text `https://HOST[:PORT]`, as `VAULT_ADDR` and `api_addr` have it. No path, query or user.
  public init(_ text: String) throws(OpenBaoError) {
    guard text.hasPrefix("https://") else {
      throw .configuration("\(text.debugDescription) is no address https://HOST[:PORT]: OpenBao is asked over TLS only")
    }
    var rest = text.dropFirst(8)
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    let fault = OpenBaoError.configuration("\(text.debugDescription) is no address https://HOST[:PORT]")
    if rest.hasPrefix("[") {
      guard let close = rest.firstIndex(of: "]") else { throw fault }
      host = String(rest[rest.index(after: rest.startIndex)..<close])
      rest = rest[rest.index(after: close)...]
    } else {
      host = String(rest.prefix { $0 != ":" })
      rest = rest.dropFirst(host.count)
    }
    let letters = host.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"):
        true
      default: false
      }
    }
    guard !host.isEmpty, letters else { throw fault }
    if rest.isEmpty {
      port = 8200
    } else {
      guard rest.hasPrefix(":"), let number = Int(rest.dropFirst()), (1...65535).contains(number) else { throw fault }
      port = number
    }
  }
}

extension OpenBaoAddress: CustomStringConvertible {
  /// `HOST:PORT`, an IPv6 address in brackets.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
