/// A hash algorithm that this package can compute: a name algorithm, a PCR bank, a policy's digest (TPMI_ALG_HASH).
public enum HashAlgorithm: UInt16, Sendable, Hashable, CaseIterable {
  /// `TPM_ALG_SHA1`, for reading what others made.
  case sha1 = 0x0004
  /// `TPM_ALG_SHA256`.
  case sha256 = 0x000B
  /// `TPM_ALG_SHA384`.
  case sha384 = 0x000C
  /// `TPM_ALG_SHA512`.
  case sha512 = 0x000D

  /// The hash with that number; `nil` where it is none that can be computed here.
  public init?(_ algorithm: Algorithm) { self.init(rawValue: algorithm.rawValue) }

  /// The hash as tpm2-tools names it (`sha256`); `nil` where the name is not known.
  public init?(name: String) {
    guard let named = Self.allCases.first(where: { $0.algorithm.description == name }) else { return nil }
    self = named
  }

  /// Its number among all algorithms.
  public var algorithm: Algorithm { Algorithm(rawValue: rawValue) }

  /// The digest's size in bytes.
  public var digestSize: Int {
    switch self {
    case .sha1: 20
    case .sha256: 32
    case .sha384: 48
    case .sha512: 64
    }
  }

  /// The digest of `bytes`.
  public func hash(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { hash($0) } }

  /// The digest of `bytes`, which are only lent.
  public func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { hash(parts: [bytes]) }
}

extension HashAlgorithm: CustomStringConvertible {
  /// The name that tpm2-tools uses.
  public var description: String { algorithm.description }
}
