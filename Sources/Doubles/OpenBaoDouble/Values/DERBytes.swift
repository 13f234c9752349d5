import Foundation

/// The few DER structures that swift-certificates does not write: revocation lists and their distribution points.
enum DERBytes {
  static func value(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    var length: [UInt8] = []
    if content.count < 128 {
      length = [UInt8(content.count)]
    } else {
      var rest = content.count
      while rest > 0 {
        length.insert(UInt8(rest & 0xFF), at: 0)
        rest >>= 8
      }
      length.insert(0x80 | UInt8(length.count), at: 0)
    }
    return [tag] + length + content
  }

  static func sequence(_ parts: [UInt8]...) -> [UInt8] { value(0x30, parts.flatMap { $0 }) }
  static func integer(_ bytes: [UInt8]) -> [UInt8] { value(2, (bytes.first ?? 0) > 127 ? [0] + bytes : bytes) }

  /// UTCTime before 2050, GeneralizedTime from then on (RFC 5280, 5.1.2.4).
  static func time(_ date: Date) -> [UInt8] {
    let seconds = Int(date.timeIntervalSince1970)
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let parts = calendar.dateComponents(
      [.year, .month, .day, .hour, .minute, .second], from: Date(timeIntervalSince1970: Double(seconds)))
    let year = parts.year ?? 1970
    let rest = [parts.month, parts.day, parts.hour, parts.minute, parts.second].map { two($0 ?? 0) }.joined()
    return year < 2050
      ? value(0x17, Array("\(two(year % 100))\(rest)Z".utf8)) : value(0x18, Array("\(year)\(rest)Z".utf8))
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  /// The value of cRLDistributionPoints (RFC 5280, 4.2.1.13).
  static func distributionPoints(_ urls: [String]) -> [UInt8] {
    value(0x30, urls.flatMap { sequence(value(0xA0, value(0xA0, value(0x86, Array($0.utf8))))) })
  }

  /// An EC private key as RFC 5915 has it; `curve` is the curve's object identifier, encoded.
  static func ecPrivateKey(raw: [UInt8], point: [UInt8], curve: [UInt8]) -> [UInt8] {
    sequence(integer([1]), value(4, raw), value(0xA0, curve), value(0xA1, value(3, [0] + point)))
  }

  static func pem(_ type: String, _ der: [UInt8]) -> String {
    let text = Data(der).base64EncodedString()
    var lines: [Substring] = []
    var rest = text[...]
    while !rest.isEmpty {
      lines.append(rest.prefix(64))
      rest = rest.dropFirst(64)
    }
    return "-----BEGIN \(type)-----\n\(lines.joined(separator: "\n"))\n-----END \(type)-----"
  }
}
