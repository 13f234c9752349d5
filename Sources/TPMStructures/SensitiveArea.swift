public import SecretMemory

/// The sensitive area of sealed data (TPMT_SENSITIVE of a keyed-hash object) in locked memory. Source: TPM 2.0 part 2,
/// 12.3.2.4.
///
/// It is only ever written: a TPM gives none away, so there is nothing to read one from.
public struct SensitiveArea: Sendable {
  /// The authorization value; empty where there is none.
  public let authValue: SecretBytes
  /// The obfuscation value, which keeps the data from being guessed from the public area.
  public let seedValue: SecretBytes
  /// The data that is sealed.
  public let data: SecretBytes

  /// At most 128 bytes of data and 64 of authorization value (fewer where the object's name algorithm is shorter).
  public init(sealing data: SecretBytes, authValue: SecretBytes, seedValue: SecretBytes) throws(TPMStructureError) {
    for (part, limit) in [(data, 128), (authValue, 64), (seedValue, 64)] where part.count > limit {
      throw TPMStructureError.size(part.count, limit: limit)
    }
    self.data = data
    self.authValue = authValue
    self.seedValue = seedValue
  }

  /// The TPM2B_SENSITIVE's bytes.
  public func sizedWire() throws(TPMStructureError) -> SecretBytes {
    let parts = [authValue, seedValue, data]
    let size = 2 + parts.reduce(0) { $0 + 2 + $1.count }
    return try SecretBytes.locked(count: 2 + size) { buffer in
      var offset = 0
      func integer(_ value: Int) {
        buffer[offset] = UInt8(truncatingIfNeeded: value >> 8)
        buffer[offset + 1] = UInt8(truncatingIfNeeded: value)
        offset += 2
      }
      integer(size)
      integer(Int(Algorithm.keyedHash.rawValue))
      for part in parts {
        integer(part.count)
        part.withUnsafeBytes {
          UnsafeMutableRawBufferPointer(rebasing: buffer[offset..<(offset + $0.count)]).copyMemory(from: $0)
        }
        offset += part.count
      }
    }
  }

  /// The unique part of the object's public area: the digest, by its name algorithm, of ``seedValue`` and ``data``.
  public func unique(_ nameAlgorithm: HashAlgorithm) -> [UInt8] {
    seedValue.withUnsafeBytes { seed in data.withUnsafeBytes { nameAlgorithm.hash(parts: [seed, $0]) } }
  }
}
