import SwiftASN1
import X509

/// What a certificate says of its holder.
extension DistinguishedName {
  /// The values of an attribute, in order.
  func values(of type: ASN1ObjectIdentifier) -> [String] {
    flatMap { $0 }.filter { $0.type == type }.compactMap { String($0.value) }
  }

  var commonName: String { values(of: .RDNAttributeType.commonName).last ?? "" }
}

extension Certificate {
  /// `aa:bb:…`
  var colonSerial: String { Hex.colons(Self.positive(serialNumber)) }

  // Without the zero byte that DER puts before a high bit.
  private static func positive(_ serial: SerialNumber) -> [UInt8] {
    let bytes = Array(serial.bytes)
    return bytes.first == 0 && bytes.count > 1 ? Array(bytes.dropFirst()) : bytes
  }

  /// The serial number in decimal.
  var decimalSerial: String {
    var digits: [UInt8] = [0]
    for byte in Self.positive(serialNumber) {
      var carry = Int(byte)
      for index in digits.indices {
        let value = Int(digits[index]) * 256 + carry
        digits[index] = UInt8(value % 10)
        carry = value / 10
      }
      while carry > 0 {
        digits.append(UInt8(carry % 10))
        carry /= 10
      }
    }
    return String(digits.reversed().map { Character(Unicode.Scalar($0 + 48)) })
  }

  var pem: String { get throws { try serializeAsPEM().pemString } }

  var der: [UInt8] {
    get throws {
      var serializer = DER.Serializer()
      try serializer.serialize(self)
      return serializer.serializedBytes
    }
  }
}

enum Hex {
  static func colons(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
  }

  /// The bytes that `text` says.
  static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    let digits = Array(text)
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let byte = UInt8(String(digits[index...index + 1]), radix: 16) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }
}

/// The blocks of a PEM text.
enum PEMBlocks {
  static func all(_ text: String) -> [(type: String, text: String)] {
    var found: [(String, String)] = []
    var rest = text[...]
    while let begin = rest.firstRange(of: "-----BEGIN ") {
      let after = rest[begin.upperBound...]
      guard let dashes = after.firstRange(of: "-----") else { break }
      let type = String(after[..<dashes.lowerBound])
      guard let end = after.firstRange(of: "-----END \(type)-----") else { break }
      found.append((type, String(rest[begin.lowerBound..<end.upperBound]) + "\n"))
      rest = after[end.upperBound...]
    }
    return found
  }

  static func certificates(_ text: String) throws -> [Certificate] {
    try all(text).filter { $0.type == "CERTIFICATE" }.map { try Certificate(pemEncoded: $0.text) }
  }
}
