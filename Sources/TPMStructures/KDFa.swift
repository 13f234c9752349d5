public import Crypto
import SecretMemory

/// The TPM's key derivation from a secret key: SP 800-108 in counter mode with HMAC. Source: TPM 2.0 part 1, 9.4.10.2.
public enum KDFa {
  /// `bits` (a multiple of 8) of key material from `key`, for the purpose `label` (without its terminating zero).
  public static func key(
    _ hash: HashAlgorithm, key: SymmetricKey, label: String, contextU: [UInt8] = [], contextV: [UInt8] = [], bits: Int
  ) throws(TPMStructureError) -> SymmetricKey {
    try KeyMaterial.make(hash, bits: bits) { counter, block in
      var message = WireWriter()
      message.integer(counter)
      message.raw(Array(label.utf8) + [0] + contextU + contextV)
      message.integer(UInt32(bits))
      hash.hmac(key: key, message.bytes, into: block)
    }
  }
}

/// The TPM's key derivation from an ECDH secret: SP 800-56A's concatenation with a hash. Source: TPM 2.0 part 1,
/// 9.4.10.3.
public enum KDFe {
  /// `bits` (a multiple of 8) of key material from the shared point's x coordinate `z`, for the purpose `label`
  /// (without its terminating zero) between two parties, each known by the x coordinate of its public key, padded to
  /// the curve's size.
  public static func key(
    _ hash: HashAlgorithm, z: UnsafeRawBufferPointer, label: String, partyU: [UInt8], partyV: [UInt8], bits: Int
  ) throws(TPMStructureError) -> SymmetricKey {
    let others = Array(label.utf8) + [0] + partyU + partyV
    return try KeyMaterial.make(hash, bits: bits) { counter, block in
      var number = WireWriter()
      number.integer(counter)
      number.bytes.withUnsafeBytes { number in
        others.withUnsafeBytes { hash.hash(parts: [number, z, $0], into: block) }
      }
    }
  }
}

private enum KeyMaterial {
  // Blocks of one digest each, numbered from 1, cut to the size; gathered in locked memory that is wiped at once.
  static func make(
    _ hash: HashAlgorithm, bits: Int, _ block: (UInt32, UnsafeMutableRawBufferPointer) -> Void
  ) throws(TPMStructureError) -> SymmetricKey {
    let limit = 65_528
    guard bits > 0, bits.isMultiple(of: 8), bits <= limit else {
      throw TPMStructureError.size(bits / 8, limit: limit / 8)
    }
    let size = hash.digestSize
    let blocks = (bits / 8 + size - 1) / size
    let material = try SecretBytes.locked(count: blocks * size) { buffer in
      for index in 0..<blocks {
        block(UInt32(index + 1), UnsafeMutableRawBufferPointer(rebasing: buffer[(index * size)..<((index + 1) * size)]))
      }
    }
    return material.withUnsafeBytes { SymmetricKey(data: UnsafeRawBufferPointer(rebasing: $0[..<(bits / 8)])) }
  }
}
