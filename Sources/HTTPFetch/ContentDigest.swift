/// The hash that a content must have: what is fetched is believed only when it hashes to this.
public struct ContentDigest: Sendable, Hashable {
  /// The hash functions that pins, Ignition and OCI descriptors use.
  public enum Algorithm: String, Sendable, Hashable, CaseIterable {
    /// SHA-256, 64 hexadecimal digits.
    case sha256
    /// SHA-512, 128 hexadecimal digits.
    case sha512

    /// How many hexadecimal digits a digest has.
    public var digitCount: Int {
      switch self {
      case .sha256: 64
      case .sha512: 128
      }
    }
  }

  /// The hash function.
  public let algorithm: Algorithm
  /// The digest as lower-case hexadecimal digits, as many as the function yields.
  public let hex: String

  /// A digest from hexadecimal digits of either case; `nil` where the length is not the function's or a character is no digit.
  public init?(_ algorithm: Algorithm, hex: String) {
    guard hex.utf8.count == algorithm.digitCount else { return nil }
    guard hex.utf8.allSatisfy(\.isHexadecimalDigit) else { return nil }
    self.algorithm = algorithm
    self.hex = hex.lowercased()
  }

  /// A digest as OCI (`sha256:…`, image-spec descriptor.md) or Ignition (`sha256-…`) writes it; `nil` where it is neither.
  public init?(_ text: String) {
    guard let separator = text.firstIndex(where: { $0 == ":" || $0 == "-" }) else { return nil }
    guard let algorithm = Algorithm(rawValue: String(text[..<separator])) else { return nil }
    self.init(algorithm, hex: String(text[text.index(after: separator)...]))
  }

  init(_ algorithm: Algorithm, bytes: [UInt8]) {
    self.algorithm = algorithm
    let digits = Array("0123456789abcdef".utf8)
    hex = String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

extension ContentDigest: CustomStringConvertible {
  /// `sha256:<hex>`, as OCI writes it.
  public var description: String { "\(algorithm.rawValue):\(hex)" }
}

extension UInt8 {
  fileprivate var isHexadecimalDigit: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "a")...UInt8(ascii: "f"): true
    case UInt8(ascii: "A")...UInt8(ascii: "F"): true
    default: false
    }
  }
}
