/// A signature with its scheme (TPMT_SIGNATURE). Source: TPM 2.0 part 2, 11.3.4.
public enum Signature: Sendable, Hashable {
  /// `TPM_ALG_NULL`: no signature.
  case none
  /// RSASSA or RSAPSS: the scheme, its hash, the signature as long as the modulus.
  case rsa(Algorithm, hash: HashAlgorithm, [UInt8])
  /// ECDSA, ECDAA, SM2 or ECSCHNORR: the scheme, its hash, and both integers, big endian, leading zeros possibly
  /// missing.
  case ecc(Algorithm, hash: HashAlgorithm, r: [UInt8], s: [UInt8])
  /// HMAC: its hash and the code.
  case hmac(HashAlgorithm, [UInt8])

  /// ECDSA with SHA-256 on P-256 from `raw`, r and s of 32 bytes each, one after the other; `nil` where they are not
  /// 64 bytes.
  public init?(ecdsaP256 raw: [UInt8]) {
    guard raw.count == 64 else { return nil }
    self = .ecc(.ecdsa, hash: .sha256, r: Array(raw[..<32]), s: Array(raw[32...]))
  }

  /// r and s of an ECDSA signature on P-256, padded to 32 bytes each, one after the other; `nil` for any other
  /// signature.
  public var ecdsaP256: [UInt8]? {
    guard case .ecc(.ecdsa, _, let r, let s) = self, r.count <= 32, s.count <= 32 else { return nil }
    return [r, s].flatMap { [UInt8](repeating: 0, count: 32 - $0.count) + $0 }
  }
}

extension Signature: WireStructure {
  /// Reads a TPMT_SIGNATURE.
  public init(from reader: inout WireReader) throws(WireError) {
    let start = reader.offset
    let scheme = try reader.algorithm()
    switch scheme {
    case .null: self = .none
    case .rsassa, .rsapss:
      self = .rsa(scheme, hash: try reader.hashAlgorithm("signature hash"), try reader.sizedBytes(limit: 512))
    case .ecdsa, .ecdaa, .sm2, .ecschnorr:
      let hash = try reader.hashAlgorithm("signature hash")
      let point = try ECCPoint(from: &reader)
      self = .ecc(scheme, hash: hash, r: point.x, s: point.y)
    case .hmac:
      let hash = try reader.hashAlgorithm("HMAC hash")
      self = .hmac(hash, try reader.bytes(hash.digestSize))
    default: throw WireError(offset: start, .value("signature scheme", UInt32(scheme.rawValue)))
    }
  }

  /// Writes a TPMT_SIGNATURE.
  public func write(to writer: inout WireWriter) {
    switch self {
    case .none: writer.algorithm(.null)
    case .rsa(let scheme, let hash, let signature):
      writer.algorithm(scheme)
      writer.algorithm(hash.algorithm)
      writer.sized(signature)
    case .ecc(let scheme, let hash, let r, let s):
      writer.algorithm(scheme)
      writer.algorithm(hash.algorithm)
      writer.sized(r)
      writer.sized(s)
    case .hmac(let hash, let code):
      writer.algorithm(.hmac)
      writer.algorithm(hash.algorithm)
      writer.raw(code)
    }
  }
}
