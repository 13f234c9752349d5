/// A curve of signing keys, by NIST's name. Source: FIPS 186-5, RFC 5480.
public enum KeyCurve: String, Sendable, Hashable, CaseIterable {
  /// secp256r1, prime256v1.
  case p256 = "P-256"
  /// secp384r1.
  case p384 = "P-384"

  /// Bytes of a private key and of either coordinate of a point.
  var size: Int {
    switch self {
    case .p256: 32
    case .p384: 48
    }
  }

  /// Its object identifier in DER, as it stands for the named curve.
  var identifier: [UInt8] {
    switch self {
    case .p256: [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]
    case .p384: [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22]
    }
  }
}
