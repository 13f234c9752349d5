/// What may stand as a DNS name in a certificate (RFC 5280, section 4.2.1.6: the preferred name syntax of RFC 1034).
enum DNSName {
  /// Whether the name is made of labels of letters, digits and hyphens, 63 bytes each and 253 in all. The root's dot at
  /// the end is not part of it.
  static func isHost(_ name: some StringProtocol) -> Bool {
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    return !name.isEmpty && name.utf8.count <= 253 && labels.allSatisfy { isLabel($0) }
  }

  /// Whether it is one label.
  static func isLabel(_ label: some StringProtocol) -> Bool {
    let hyphen = UInt8(ascii: "-")
    return (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
      && label.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), hyphen: true
        default: false
        }
      }
  }
}
