/// An algorithm as the TPM numbers it (TPM_ALG_ID). Source: TCG Algorithm Registry, table 3.
public struct Algorithm: RawRepresentable, Sendable, Hashable {
  /// The number on the wire.
  public let rawValue: UInt16

  /// The algorithm with that number, known here or not.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// `TPM_ALG_RSA`.
  public static let rsa = Algorithm(rawValue: 0x0001)
  /// `TPM_ALG_TDES`.
  public static let tdes = Algorithm(rawValue: 0x0003)
  /// `TPM_ALG_SHA1`.
  public static let sha1 = Algorithm(rawValue: 0x0004)
  /// `TPM_ALG_HMAC`.
  public static let hmac = Algorithm(rawValue: 0x0005)
  /// `TPM_ALG_AES`.
  public static let aes = Algorithm(rawValue: 0x0006)
  /// `TPM_ALG_MGF1`.
  public static let mgf1 = Algorithm(rawValue: 0x0007)
  /// `TPM_ALG_KEYEDHASH`.
  public static let keyedHash = Algorithm(rawValue: 0x0008)
  /// `TPM_ALG_XOR`.
  public static let xor = Algorithm(rawValue: 0x000A)
  /// `TPM_ALG_SHA256`.
  public static let sha256 = Algorithm(rawValue: 0x000B)
  /// `TPM_ALG_SHA384`.
  public static let sha384 = Algorithm(rawValue: 0x000C)
  /// `TPM_ALG_SHA512`.
  public static let sha512 = Algorithm(rawValue: 0x000D)
  /// `TPM_ALG_NULL`: no algorithm.
  public static let null = Algorithm(rawValue: 0x0010)
  /// `TPM_ALG_SM3_256`.
  public static let sm3 = Algorithm(rawValue: 0x0012)
  /// `TPM_ALG_SM4`.
  public static let sm4 = Algorithm(rawValue: 0x0013)
  /// `TPM_ALG_RSASSA`.
  public static let rsassa = Algorithm(rawValue: 0x0014)
  /// `TPM_ALG_RSAES`.
  public static let rsaes = Algorithm(rawValue: 0x0015)
  /// `TPM_ALG_RSAPSS`.
  public static let rsapss = Algorithm(rawValue: 0x0016)
  /// `TPM_ALG_OAEP`.
  public static let oaep = Algorithm(rawValue: 0x0017)
  /// `TPM_ALG_ECDSA`.
  public static let ecdsa = Algorithm(rawValue: 0x0018)
  /// `TPM_ALG_ECDH`.
  public static let ecdh = Algorithm(rawValue: 0x0019)
  /// `TPM_ALG_ECDAA`.
  public static let ecdaa = Algorithm(rawValue: 0x001A)
  /// `TPM_ALG_SM2`.
  public static let sm2 = Algorithm(rawValue: 0x001B)
  /// `TPM_ALG_ECSCHNORR`.
  public static let ecschnorr = Algorithm(rawValue: 0x001C)
  /// `TPM_ALG_ECMQV`.
  public static let ecmqv = Algorithm(rawValue: 0x001D)
  /// `TPM_ALG_KDF1_SP800_56A`.
  public static let kdf1SP80056A = Algorithm(rawValue: 0x0020)
  /// `TPM_ALG_KDF2`.
  public static let kdf2 = Algorithm(rawValue: 0x0021)
  /// `TPM_ALG_KDF1_SP800_108`.
  public static let kdf1SP800108 = Algorithm(rawValue: 0x0022)
  /// `TPM_ALG_ECC`.
  public static let ecc = Algorithm(rawValue: 0x0023)
  /// `TPM_ALG_SYMCIPHER`.
  public static let symCipher = Algorithm(rawValue: 0x0025)
  /// `TPM_ALG_CAMELLIA`.
  public static let camellia = Algorithm(rawValue: 0x0026)
  /// `TPM_ALG_SHA3_256`.
  public static let sha3256 = Algorithm(rawValue: 0x0027)
  /// `TPM_ALG_SHA3_384`.
  public static let sha3384 = Algorithm(rawValue: 0x0028)
  /// `TPM_ALG_SHA3_512`.
  public static let sha3512 = Algorithm(rawValue: 0x0029)
  /// `TPM_ALG_CTR`.
  public static let ctr = Algorithm(rawValue: 0x0040)
  /// `TPM_ALG_OFB`.
  public static let ofb = Algorithm(rawValue: 0x0041)
  /// `TPM_ALG_CBC`.
  public static let cbc = Algorithm(rawValue: 0x0042)
  /// `TPM_ALG_CFB`.
  public static let cfb = Algorithm(rawValue: 0x0043)
  /// `TPM_ALG_ECB`.
  public static let ecb = Algorithm(rawValue: 0x0044)

  private static let names: [Algorithm: String] = [
    .rsa: "rsa", .tdes: "tdes", .sha1: "sha1", .hmac: "hmac", .aes: "aes", .mgf1: "mgf1", .keyedHash: "keyedhash",
    .xor: "xor", .sha256: "sha256", .sha384: "sha384", .sha512: "sha512", .null: "null", .sm3: "sm3_256",
    .sm4: "sm4", .rsassa: "rsassa", .rsaes: "rsaes", .rsapss: "rsapss", .oaep: "oaep", .ecdsa: "ecdsa",
    .ecdh: "ecdh", .ecdaa: "ecdaa", .sm2: "sm2", .ecschnorr: "ecschnorr", .ecmqv: "ecmqv",
    .kdf1SP80056A: "kdf1_sp800_56a", .kdf2: "kdf2", .kdf1SP800108: "kdf1_sp800_108", .ecc: "ecc",
    .symCipher: "symcipher", .camellia: "camellia", .sha3256: "sha3_256", .sha3384: "sha3_384",
    .sha3512: "sha3_512", .ctr: "ctr", .ofb: "ofb", .cbc: "cbc", .cfb: "cfb", .ecb: "ecb",
  ]
}

extension Algorithm: CustomStringConvertible {
  /// The name that tpm2-tools uses, or the number in hexadecimal.
  public var description: String { Self.names[self] ?? "0x" + String(rawValue, radix: 16) }
}
