import BaseEncodings

/// IPv4 and IPv6 addresses as people write them (RFC 4291, section 2.2; RFC 5952).
enum IPAddressText {
  /// 4 or 16 bytes in network order; `nil` where the text is no address.
  static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    text.utf8.contains(UInt8(ascii: ":")) ? version6(String(text)) : version4(String(text))
  }

  /// The address as text; hexadecimal where the bytes are none.
  static func text(_ address: [UInt8]) -> String {
    switch address.count {
    case 4: return address.map { String($0) }.joined(separator: ".")
    case 16:
      let groups = stride(from: 0, to: 16, by: 2).map { Int(address[$0]) << 8 | Int(address[$0 + 1]) }
      let longest = zeroRuns(groups).filter { $0.count > 1 }.reduce(0..<0) { $1.count > $0.count ? $1 : $0 }
      let texts = groups.map { String($0, radix: 16) }
      guard !longest.isEmpty else { return texts.joined(separator: ":") }
      return texts[..<longest.lowerBound].joined(separator: ":") + "::"
        + texts[longest.upperBound...].joined(separator: ":")
    default: return Hexadecimal.text(address)
    }
  }

  private static func version4(_ text: String) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      // A leading zero would be octal to some readers.
      guard (1...3).contains(part.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        part.count == 1 || part.first != "0", let byte = UInt8(part)
      else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  private static func version6(_ text: String) -> [UInt8]? {
    var text = text
    // The last 32 bits may be written as IPv4.
    if let dot = text.firstIndex(of: "."), let colon = text[..<dot].lastIndex(of: ":") {
      guard let tail = version4(String(text[text.index(after: colon)...])) else { return nil }
      let groups = [Int(tail[0]) << 8 | Int(tail[1]), Int(tail[2]) << 8 | Int(tail[3])]
      text = text[...colon] + groups.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard let gap = gap(in: text) else {
      guard let groups = groups(text), groups.count == 8 else { return nil }
      return split(groups)
    }
    guard let head = groups(String(text[..<gap.lowerBound])), let tail = groups(String(text[gap.upperBound...])),
      head.count + tail.count < 8
    else { return nil }
    return split(head + [Int](repeating: 0, count: 8 - head.count - tail.count) + tail)
  }

  private static func gap(in text: String) -> Range<String.Index>? {
    var index = text.startIndex
    while index < text.endIndex {
      let next = text.index(after: index)
      if text[index] == ":", next < text.endIndex, text[next] == ":" { return index..<text.index(after: next) }
      index = next
    }
    return nil
  }

  private static func groups(_ text: String) -> [Int]? {
    guard !text.isEmpty else { return [] }
    var groups: [Int] = []
    for part in text.split(separator: ":", omittingEmptySubsequences: false) {
      guard (1...4).contains(part.count), part.allSatisfy({ $0.isASCII && $0.isHexDigit }),
        let group = Int(part, radix: 16)
      else { return nil }
      groups.append(group)
    }
    return groups
  }

  private static func split(_ groups: [Int]) -> [UInt8] {
    groups.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
  }

  private static func zeroRuns(_ groups: [Int]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for (index, group) in groups.enumerated() where group == 0 {
      if let last = runs.last, last.upperBound == index {
        runs[runs.count - 1] = last.lowerBound..<(index + 1)
      } else {
        runs.append(index..<(index + 1))
      }
    }
    return runs
  }
}
