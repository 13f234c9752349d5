import NodeIdentity

/// Where the operator listens, and who it has to be.
public struct OperatorEndpoint: Sendable, Hashable {
  /// A DNS name or an IP address, without brackets.
  public var host: String
  /// The port.
  public var port: Int
  /// The DNS name that its certificate must have; `nil` where it is the host itself, be that an address.
  public var name: String?
  /// PEM: the self-signed twins of the issuers that its certificate may come from. Read for every connection.
  public var anchors: String
  /// A file with a pod-bound token for the operator's audience; `nil` where the node's certificate pins who it is.
  public var tokenFile: String?

  /// An endpoint.
  public init(host: String, port: Int, name: String?, anchors: String, tokenFile: String?) {
    self.host = host
    self.port = port
    self.name = name
    self.anchors = anchors
    self.tokenFile = tokenFile
  }

  /// Host and port of `text`, `HOST:PORT` with an IPv6 address in brackets; `nil` where it is something else.
  public static func hostAndPort(_ text: String) -> (host: String, port: Int)? {
    var host = text
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
      return nil
    }
    host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
      guard host.contains(":") else { return nil }
    } else if host.contains(":") {
      return nil
    }
    let letters = host.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"):
        true
      default: false
      }
    }
    return letters && !host.isEmpty ? (host, Int(port)) : nil
  }

  /// Whom the operator's certificate has to name.
  var peerName: PeerVerifier.PeerName {
    if let name { return .dns(name) }
    return isAddress ? .address(host) : .dns(host)
  }

  /// Whether the host is an IPv4 or IPv6 address.
  var isAddress: Bool {
    host.contains(":") || host.utf8.allSatisfy { $0 == UInt8(ascii: ".") || $0 < UInt8(ascii: ":") }
  }
}

extension OperatorEndpoint: CustomStringConvertible {
  /// `HOST:PORT`.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
