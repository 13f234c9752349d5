/// A symmetric cipher of an object (TPMT_SYM_DEF_OBJECT without `TPM_ALG_NULL`, which is `nil` here). Source: part 2,
/// 11.1.7.
public struct SymmetricDefinition: Sendable, Hashable {
  /// The block cipher.
  public var algorithm: Algorithm
  /// The key's size in bits.
  public var keyBits: UInt16
  /// The mode of operation.
  public var mode: Algorithm

  /// A cipher.
  public init(_ algorithm: Algorithm, keyBits: UInt16, mode: Algorithm) {
    self.algorithm = algorithm
    self.keyBits = keyBits
    self.mode = mode
  }

  /// AES-128 in CFB mode, which every TPM has.
  public static let aes128CFB = SymmetricDefinition(.aes, keyBits: 128, mode: .cfb)
}

/// A signing, encryption or key-exchange scheme (TPMT_RSA_SCHEME, TPMT_ECC_SCHEME; `TPM_ALG_NULL` is `nil`). Source:
/// part 2, 11.2.
public enum AsymmetricScheme: Sendable, Hashable {
  /// `TPM_ALG_RSAES`, which has no parameters.
  case rsaes
  /// Any scheme that a hash algorithm completes: the scheme, then its hash.
  case hashed(Algorithm, Algorithm)
  /// `TPM_ALG_ECDAA`: its hash and the commit counter.
  case ecdaa(Algorithm, count: UInt16)

  /// ECDSA with SHA-256.
  public static let ecdsaSHA256 = AsymmetricScheme.hashed(.ecdsa, .sha256)
}

/// A key derivation of an ECC key (TPMT_KDF_SCHEME; `TPM_ALG_NULL` is `nil`). Source: part 2, 11.2.3.3.
public struct KDFScheme: Sendable, Hashable {
  /// The function.
  public var algorithm: Algorithm
  /// Its hash.
  public var hash: Algorithm

  /// A function with its hash.
  public init(_ algorithm: Algorithm, hash: Algorithm) {
    self.algorithm = algorithm
    self.hash = hash
  }
}

/// What a keyed-hash object does (TPMT_KEYEDHASH_SCHEME; `TPM_ALG_NULL`, as sealed data has it, is `nil`). Source:
/// part 2, 11.1.20.
public enum KeyedHashScheme: Sendable, Hashable {
  /// HMAC with this hash.
  case hmac(Algorithm)
  /// XOR obfuscation with this hash and key derivation.
  case xor(hash: Algorithm, kdf: Algorithm)
}

/// An elliptic curve (TPM_ECC_CURVE). Source: TCG Algorithm Registry, table 4.
public struct ECCCurve: RawRepresentable, Sendable, Hashable {
  /// The number on the wire.
  public let rawValue: UInt16

  /// The curve with that number, known here or not.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// `TPM_ECC_NIST_P256`.
  public static let p256 = ECCCurve(rawValue: 0x0003)
  /// `TPM_ECC_NIST_P384`.
  public static let p384 = ECCCurve(rawValue: 0x0004)
  /// `TPM_ECC_NIST_P521`.
  public static let p521 = ECCCurve(rawValue: 0x0005)
}

/// A point of a curve (TPMS_ECC_POINT), its coordinates big endian. Source: part 2, 11.2.5.2.
public struct ECCPoint: Sendable, Hashable {
  /// The x coordinate.
  public var x: [UInt8]
  /// The y coordinate.
  public var y: [UInt8]

  /// A point; nothing checks that it lies on a curve.
  public init(x: [UInt8], y: [UInt8]) {
    self.x = x
    self.y = y
  }
}

/// An ECC key's parameters (TPMS_ECC_PARMS). Source: part 2, 12.2.3.6.
public struct ECCParameters: Sendable, Hashable {
  /// The cipher of a storage key.
  public var symmetric: SymmetricDefinition?
  /// The scheme.
  public var scheme: AsymmetricScheme?
  /// The curve.
  public var curve: ECCCurve
  /// The key derivation.
  public var kdf: KDFScheme?

  /// Parameters on a curve.
  public init(
    symmetric: SymmetricDefinition? = nil, scheme: AsymmetricScheme? = nil, curve: ECCCurve, kdf: KDFScheme? = nil
  ) {
    self.symmetric = symmetric
    self.scheme = scheme
    self.curve = curve
    self.kdf = kdf
  }
}

/// An RSA key's parameters (TPMS_RSA_PARMS). Source: part 2, 12.2.3.5.
public struct RSAParameters: Sendable, Hashable {
  /// The cipher of a storage key.
  public var symmetric: SymmetricDefinition?
  /// The scheme.
  public var scheme: AsymmetricScheme?
  /// The modulus' size in bits.
  public var keyBits: UInt16
  /// The public exponent; 0 stands for 65537.
  public var exponent: UInt32

  /// Parameters of a key of `keyBits`.
  public init(
    symmetric: SymmetricDefinition? = nil, scheme: AsymmetricScheme? = nil, keyBits: UInt16, exponent: UInt32 = 0
  ) {
    self.symmetric = symmetric
    self.scheme = scheme
    self.keyBits = keyBits
    self.exponent = exponent
  }
}
