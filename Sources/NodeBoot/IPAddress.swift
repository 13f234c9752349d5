import Glibc

/// An IPv4 or IPv6 address as a certificate carries it: 4 or 16 bytes in network order (RFC 5280, section 4.2.1.6).
public struct IPAddress: Sendable, Hashable, CustomStringConvertible {
  /// The address's bytes, 4 or 16.
  public let bytes: [UInt8]
  /// The address as it was written.
  public let description: String

  /// Reads the usual notation; `nil` where it is no address.
  public init?(_ text: String) {
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &bytes) == 1 {
      bytes.removeLast(12)
    } else if inet_pton(AF_INET6, text, &bytes) != 1 {
      return nil
    }
    self.bytes = bytes
    description = text
  }

  /// Equal when the bytes are, however it was written.
  public static func == (left: IPAddress, right: IPAddress) -> Bool { left.bytes == right.bytes }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
