import Glibc

/// An IP address's bytes: 4 or 16.
enum AddressBytes {
  static func parse(_ text: String) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes[..<4]) }
    return inet_pton(AF_INET6, text, &bytes) == 1 ? bytes : nil
  }
}

/// `10.0.0.0/8`
struct AddressBlock: Sendable, Hashable {
  private let address: [UInt8]
  private let length: Int

  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = AddressBytes.parse(String(parts[0])), let length = Int(parts[1]),
      (0...address.count * 8).contains(length)
    else { return nil }
    self.address = address
    self.length = length
  }

  func contains(_ other: [UInt8]) -> Bool {
    guard other.count == address.count else { return false }
    for bit in 0..<length {
      let mask = UInt8(0x80) >> UInt8(bit % 8)
      if address[bit / 8] & mask != other[bit / 8] & mask { return false }
    }
    return true
  }
}
