import Glibc

/// Addresses and prefixes as text.
enum IPText {
  static func isAddress(_ text: String) -> Bool { isV4(text) || isV6(text) }

  static func isV4(_ text: String) -> Bool {
    var address = in_addr()
    return inet_pton(AF_INET, text, &address) == 1
  }

  static func isV6(_ text: String) -> Bool {
    var address = in6_addr()
    return inet_pton(AF_INET6, text, &address) == 1
  }

  /// The length of a CIDR's prefix and of its addresses in bits; `nil` where it is none.
  static func prefix(_ text: String) -> (length: Int, bits: Int)? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let length = Int(parts[1]), length >= 0 else { return nil }
    let address = String(parts[0])
    let bits = isV4(address) ? 32 : isV6(address) ? 128 : 0
    return length <= bits && bits > 0 ? (length, bits) : nil
  }
}
