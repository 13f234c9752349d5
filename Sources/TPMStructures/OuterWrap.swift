import Crypto
import CryptoExtras
import FoundationEssentials
import SecretMemory

/// Encryption and HMAC under a shared seed, around what only one TPM may read. Source: TPM 2.0 part 1, 22.4 and 24.5.
enum OuterWrap {
  /// `inner` (with its own size) encrypted and bound to `name`: the HMAC as TPM2B_DIGEST, then the ciphertext.
  static func wrap(
    _ inner: SecretBytes, seed: SymmetricKey, for area: PublicArea, binding name: Name
  ) throws(TPMStructureError) -> [UInt8] {
    let storage = try area.storage()
    let hash = storage.nameAlgorithm
    let cipherKey = try KDFa.key(
      hash, key: seed, label: "STORAGE", contextU: name.bytes, bits: storage.cipherBits)
    let ciphertext = try encrypt(inner, with: cipherKey)
    let integrityKey = try KDFa.key(hash, key: seed, label: "INTEGRITY", bits: hash.digestSize * 8)
    var writer = WireWriter()
    writer.sized(hash.hmac(key: integrityKey, ciphertext + name.bytes))
    writer.raw(ciphertext)
    return writer.bytes
  }

  private static func encrypt(_ inner: SecretBytes, with key: SymmetricKey) throws(TPMStructureError) -> [UInt8] {
    do {
      let zeros = try AES._CFB.IV(ivBytes: [UInt8](repeating: 0, count: 16))
      return try inner.withUnsafeBytes { [UInt8](try AES._CFB.encrypt($0, using: key, iv: zeros)) }
    } catch {
      throw TPMStructureError.cryptography("\(error)")
    }
  }
}
