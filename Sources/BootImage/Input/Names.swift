/// The names that a cluster file gives, as the programs that read them want them.
enum Names {
  /// What a DNS label is, in the words of a finding.
  static let labelRule = "a DNS label (at most 63 lower-case letters, digits and '-', neither first nor last a '-')"
  /// What a DNS name is, in the words of a finding.
  static let domainRule = "a DNS name (labels of lower-case letters, digits and '-', joined by '.', at most 253 in all)"
  /// What the name of a network interface is, in the words of a finding.
  static let interfaceRule = "an interface's name (1 to 15 characters without '/', ':' or space, and not 'lo')"

  /// Whether `text` is a DNS label as Kubernetes takes it (RFC 1123, lower case).
  static func isLabel(_ text: some StringProtocol) -> Bool {
    let bytes = text.utf8
    guard (1...63).contains(bytes.count), let first = bytes.first, let last = text.utf8.reversed().first else {
      return false
    }
    return isLowerAlphanumeric(first) && isLowerAlphanumeric(last)
      && bytes.allSatisfy { isLowerAlphanumeric($0) || $0 == UInt8(ascii: "-") }
  }

  /// Whether `text` is a DNS name of one or more labels, without a final dot.
  static func isDomain(_ text: some StringProtocol) -> Bool {
    (1...253).contains(text.utf8.count)
      && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isLabel($0) }
  }

  /// Whether Linux takes `text` as the name of an interface (dev_valid_name, IFNAMSIZ) and it can carry a node's
  /// address.
  static func isInterface(_ text: String) -> Bool {
    (1...15).contains(text.utf8.count) && ![".", "..", "lo"].contains(text)
      && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":") }
  }

  /// Whether `text` is the path of a device: absolute, under `/dev`, without empty, `.` or `..` parts.
  static func isDevice(_ text: String) -> Bool {
    guard text.hasPrefix("/dev/"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return false }
    return text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
      !["", ".", ".."].contains($0)
    }
  }

  /// Whether `text` can be a part of a file name: letters, digits, `.`, `_`, `+` and `-`, the first a letter or a
  /// digit.
  static func isFileName(_ text: some StringProtocol) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 128 else { return false }
    return isAlphanumeric(first) && text.utf8.allSatisfy { isAlphanumeric($0) || "._+-".utf8.contains($0) }
  }

  static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
  }

  static func isAlphanumeric(_ byte: UInt8) -> Bool { isLowerAlphanumeric(byte) || (0x41...0x5A).contains(byte) }
}
