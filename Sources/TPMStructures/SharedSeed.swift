import Crypto
import SecretMemory

/// A seed that only the TPM that holds a key can find again, and what it finds it from. Source: TPM 2.0 part 1, B.10.3
/// and C.6.
struct SharedSeed {
  /// The seed, as long as the digest of the key's name algorithm.
  let key: SymmetricKey
  /// What the TPM is given: TPM2B_ENCRYPTED_SECRET with its size.
  let encrypted: [UInt8]

  /// What the seed is for; the derivation mixes its name in.
  enum Purpose: String {
    /// A credential for an endorsement key.
    case identity = "IDENTITY"
    /// An object for another parent.
    case duplicate = "DUPLICATE"
  }

  /// A fresh seed for the restricted decryption key with that public area.
  init(for area: PublicArea, _ purpose: Purpose) throws(TPMStructureError) {
    guard case .rsa(let parameters, let modulus) = area.content else {
      try self.init(for: area, purpose, ephemeral: P256.KeyAgreement.PrivateKey())
      return
    }
    let hash = try area.storage().nameAlgorithm
    let seed = try SecretBytes.lockedRandom(count: hash.digestSize)
    let key = try RSAPublicKey(modulus: modulus, exponent: parameters.exponent)
    var writer = WireWriter()
    writer.sized(try OAEP(hash, label: purpose.rawValue).encrypt(seed, to: key))
    self.init(key: seed.withUnsafeBytes { SymmetricKey(data: $0) }, encrypted: writer.bytes)
  }

  /// The seed that `ephemeral` and a P-256 key agree on.
  init(
    for area: PublicArea, _ purpose: Purpose, ephemeral: P256.KeyAgreement.PrivateKey
  ) throws(TPMStructureError) {
    let hash = try area.storage().nameAlgorithm
    let peer = try area.p256KeyAgreement()
    let own = [UInt8](ephemeral.publicKey.rawRepresentation)
    let shared: SharedSecret
    do {
      shared = try ephemeral.sharedSecretFromKeyAgreement(with: peer)
    } catch {
      throw TPMStructureError.cryptography("\(error)")
    }
    let seed = try shared.withUnsafeBytes { z in
      Result { () throws(TPMStructureError) in
        try KDFe.key(
          hash, z: z, label: purpose.rawValue, partyU: Array(own[..<32]),
          partyV: Array(peer.rawRepresentation.prefix(32)),
          bits: hash.digestSize * 8)
      }
    }.get()
    self.init(key: seed, encrypted: ECCPoint(x: Array(own[..<32]), y: Array(own[32...])).sizedWire)
  }

  private init(key: SymmetricKey, encrypted: [UInt8]) {
    self.key = key
    self.encrypted = encrypted
  }
}
