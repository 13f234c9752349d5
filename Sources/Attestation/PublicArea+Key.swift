import Crypto
import CryptoExtras
public import TPMStructures

extension PublicArea {
  /// The key on P-256; `nil` where this is none.
  var p256: P256.Signing.PublicKey? {
    guard case .ecc(let parameters, let point) = content, parameters.curve == .p256, point.x.count <= 32,
      point.y.count <= 32
    else { return nil }
    // TPMs of before revision 1.38 strip leading zeros.
    let padded = [point.x, point.y].flatMap { [UInt8](repeating: 0, count: 32 - $0.count) + $0 }
    return try? P256.Signing.PublicKey(rawRepresentation: padded)
  }

  /// SubjectPublicKeyInfo in DER of an ECC key on P-256 or an RSA key; `nil` for anything else, and for a point that is
  /// on no curve.
  public var subjectPublicKeyInfo: [UInt8]? {
    if let p256 { return Array(p256.derRepresentation) }
    guard case .rsa(let parameters, let modulus) = content else { return nil }
    let exponent = parameters.exponent == 0 ? 65_537 : parameters.exponent
    let shifts: [UInt32] = [24, 16, 8, 0]
    let bytes = shifts.map { UInt8(truncatingIfNeeded: exponent >> $0) }.drop { $0 == 0 }
    return (try? _RSA.Encryption.PublicKey(n: modulus, e: Array(bytes))).map { Array($0.derRepresentation) }
  }

  /// The name with all its parents' names in it, of an object below `parent`. Source: TPM 2.0 part 1, 16, *Qualified
  /// Name*.
  func qualifiedName(below parent: [UInt8]) -> [UInt8]? {
    guard let nameAlgorithm else { return nil }
    var writer = WireWriter()
    writer.algorithm(nameAlgorithm.algorithm)
    writer.raw(nameAlgorithm.hash(parent + name.bytes))
    return writer.bytes
  }
}
