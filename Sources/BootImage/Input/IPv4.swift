/// An IPv4 address.
public struct IPv4Address: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The 32 bits, the first octet highest.
  public var bits: UInt32

  /// The address with these 32 bits.
  public init(bits: UInt32) { self.bits = bits }

  /// Reads dotted decimal, exactly four octets without leading zeros (inet_pton(3)); `nil` for anything else.
  public init?(_ text: some StringProtocol) {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bits: UInt32 = 0
    for part in parts {
      guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0"),
        part.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
        let octet = UInt8(String(decoding: part, as: UTF8.self))
      else { return nil }
      bits = bits << 8 | UInt32(octet)
    }
    self.bits = bits
  }

  /// Dotted decimal.
  public var description: String { "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)" }

  /// The four octets, as they are in certificates.
  public var bytes: [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: bits >> $0) } }

  /// Orders by number.
  public static func < (left: IPv4Address, right: IPv4Address) -> Bool { left.bits < right.bits }
}

/// A range of IPv4 addresses that share a prefix (RFC 4632).
public struct IPv4CIDR: Sendable, Hashable, CustomStringConvertible {
  /// The first address of the range: every host bit is zero.
  public var network: IPv4Address
  /// The length of the prefix, 0 to 32.
  public var prefixLength: Int

  /// Reads `a.b.c.d/n`; `nil` for anything else, also when a host bit is set.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let network = IPv4Address(parts[0]), let length = Int(parts[1]), (0...32).contains(length),
      String(length) == parts[1]
    else { return nil }
    self.network = network
    prefixLength = length
    guard network.bits & ~mask == 0 else { return nil }
  }

  private var mask: UInt32 { prefixLength == 0 ? 0 : ~UInt32(0) << UInt32(32 - prefixLength) }

  /// The last address of the range.
  public var last: IPv4Address { IPv4Address(bits: network.bits | ~mask) }

  /// Whether `address` is in the range.
  public func contains(_ address: IPv4Address) -> Bool { address.bits & mask == network.bits }

  /// Whether any address is in both ranges.
  public func overlaps(_ other: IPv4CIDR) -> Bool { contains(other.network) || other.contains(network) }

  /// The address `offset` places after the first.
  public func address(at offset: UInt32) -> IPv4Address { IPv4Address(bits: network.bits &+ offset) }

  /// `a.b.c.d/n`.
  public var description: String { "\(network)/\(prefixLength)" }
}
