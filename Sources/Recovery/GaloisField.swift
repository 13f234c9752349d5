import SecretMemory

/// The field of 256 elements, modulo a polynomial of degree eight. No branch and no table: neither time nor cache
/// depends on the elements.
struct GaloisField {
  /// The lower eight coefficients of the polynomial; that of x⁸ is 1.
  private let reduction: UInt8

  /// x⁸ + x⁴ + x³ + x + 1, Rijndael's: SLIP-39 shares.
  static let sharing = GaloisField(reduction: 0x1B)
  /// x⁸ + x⁴ + x³ + x² + 1: the error correction of QR codes (ISO/IEC 18004, 7.5.2).
  static let errorCorrection = GaloisField(reduction: 0x1D)

  func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
    var result: UInt8 = 0
    var shifted = left
    for bit in 0..<8 {
      result ^= shifted & (0 &- ((right >> UInt8(bit)) & 1))
      shifted = (shifted << 1) ^ (reduction & (0 &- (shifted >> 7)))
    }
    return result
  }

  /// 1 / `element`; 0 for 0.
  func inverse(_ element: UInt8) -> UInt8 {
    // The element to the power of 254: 2 + 4 + … + 128.
    var power = element
    var result: UInt8 = 1
    for _ in 1..<8 {
      power = product(power, power)
      result = product(result, power)
    }
    return result
  }
}

/// A point of the polynomials that hide a secret: the same x for all of them, one for each byte of the secret.
struct SharePoint {
  /// The index of the share from 0, or one of the two below.
  let x: UInt8
  let values: SecretBytes

  /// Where the digest of the secret is, followed by the random bytes that key it.
  static let digestIndex: UInt8 = 254
  /// Where the secret is.
  static let secretIndex: UInt8 = 255

  /// The values at `x` of the polynomials of least degree through all `points`, whose x differ and whose values are
  /// equally many.
  static func interpolation(of points: [SharePoint], at x: UInt8) throws(RecoveryError) -> SecretBytes {
    let field = GaloisField.sharing
    return try .filled(count: points.first?.values.count ?? 0) { buffer in
      for point in points {
        var basis: UInt8 = 1
        for other in points where other.x != point.x {
          basis = field.product(basis, field.product(x ^ other.x, field.inverse(point.x ^ other.x)))
        }
        point.values.withUnsafeBytes { values in
          for (index, value) in zip(buffer.indices, values) { buffer[index] ^= field.product(value, basis) }
        }
      }
    }
  }
}
