/// A range of IPv4 or IPv6 addresses in CIDR notation (RFC 4632, RFC 4291 section 2.3).
public struct AddressRange: Sendable, Hashable {
  /// The first address: 4 or 16 bytes in network order, all bits behind the prefix zero.
  public let address: [UInt8]
  /// How many leading bits all of the range's addresses share: 0…32 or 0…128.
  public let prefixLength: Int

  /// A range; throws where the address has not 4 or 16 bytes, the prefix is longer than it, or bits stand behind the prefix.
  public init(address: [UInt8], prefixLength: Int) throws(PKIError) {
    let shown = "\(IPAddressText.text(address))/\(prefixLength)"
    guard address.count == 4 || address.count == 16, (0...address.count * 8).contains(prefixLength) else {
      throw PKIError.unsuitable(what: "a range of addresses", value: shown, rule: "an address and a prefix in its bits")
    }
    self.address = address
    self.prefixLength = prefixLength
    guard zip(address, mask).allSatisfy({ $0 & ~$1 == 0 }) else {
      throw PKIError.unsuitable(
        what: "a range of addresses", value: shown, rule: "the bits behind the prefix must be zero")
    }
  }

  /// Reads `10.1.0.0/16` or `fd00:1::/32`.
  public init(_ text: String) throws(PKIError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddressText.bytes(parts[0]),
      parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let length = Int(parts[1])
    else {
      throw PKIError.unsuitable(
        what: "a range of addresses", value: text, rule: "it is written as 10.1.0.0/16 or fd00:1::/32")
    }
    try self.init(address: address, prefixLength: length)
  }

  /// All IPv4 addresses.
  static let allIPv4 = AddressRange(whole: 4)
  /// All IPv6 addresses.
  static let allIPv6 = AddressRange(whole: 16)

  private init(whole count: Int) {
    address = [UInt8](repeating: 0, count: count)
    prefixLength = 0
  }

  /// The prefix as bits, as long as the address.
  var mask: [UInt8] {
    address.indices.map { index in
      let bits = min(8, max(0, prefixLength - index * 8))
      return bits == 0 ? 0 : UInt8(truncatingIfNeeded: 0xFF << (8 - bits))
    }
  }
}

extension AddressRange: CustomStringConvertible {
  /// CIDR notation.
  public var description: String { "\(IPAddressText.text(address))/\(prefixLength)" }
}
