import Glibc
import SwiftASN1
import X509

/// The name that a server's certificate must be for.
struct ServerName: Sendable, Hashable {
  /// A DNS name, or an IPv4 or IPv6 address.
  let text: String

  /// Whether the leaf in DER has the name itself among its own (RFC 9525).
  func isIn(leaf der: [UInt8]) -> Bool {
    guard let certificate = try? Certificate(derEncoded: der),
      let names = try? certificate.extensions.subjectAlternativeNames
    else { return false }
    let address = addressBytes
    return names.contains { given in
      switch given {
      case .dnsName(let pattern): address == nil && Self.matches(pattern.lowercased(), text.lowercased())
      case .ipAddress(let bytes): address == Array(bytes.bytes)
      default: false
      }
    }
  }

  private static func matches(_ pattern: String, _ name: String) -> Bool {
    guard pattern.hasPrefix("*.") else { return pattern == name }
    // One label, and not of a domain that is one label itself.
    guard let dot = name.firstIndex(of: ".") else { return false }
    return name[dot...] == pattern.dropFirst() && name[dot...].dropFirst().contains(".")
  }

  /// The bytes of an IPv4 or IPv6 address; `nil` where it is none.
  private var addressBytes: [UInt8]? {
    for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: count)
      if inet_pton(family, text, &bytes) == 1 { return bytes }
    }
    return nil
  }
}
