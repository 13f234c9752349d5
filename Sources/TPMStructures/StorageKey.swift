import Crypto

// What a key must be for a TPM to share a seed with it: a restricted decryption key with a cipher and a name.
extension PublicArea {
  struct Storage {
    let nameAlgorithm: HashAlgorithm
    let cipherBits: Int
  }

  func storage() throws(TPMStructureError) -> Storage {
    let symmetric: SymmetricDefinition?
    switch content {
    case .ecc(let parameters, _): symmetric = parameters.symmetric
    case .rsa(let parameters, _): symmetric = parameters.symmetric
    default: throw TPMStructureError.key("a storage or endorsement key is an ECC or RSA key, not \(type)")
    }
    guard attributes.isSuperset(of: [.restricted, .decrypt]) else {
      throw TPMStructureError.key("a storage or endorsement key is restricted and decrypts; this one is \(attributes)")
    }
    guard let nameAlgorithm else { throw TPMStructureError.key("a storage or endorsement key has a name algorithm") }
    guard let symmetric, symmetric.algorithm == .aes, symmetric.mode == .cfb,
      [128, 192, 256].contains(symmetric.keyBits)
    else { throw TPMStructureError.key("a storage or endorsement key protects with AES in CFB mode") }
    return Storage(nameAlgorithm: nameAlgorithm, cipherBits: Int(symmetric.keyBits))
  }

  func p256KeyAgreement() throws(TPMStructureError) -> P256.KeyAgreement.PublicKey {
    guard case .ecc(let parameters, let point) = content, parameters.curve == .p256 else {
      throw TPMStructureError.key("only an ECC key on P-256 can agree on a seed here")
    }
    // TPMs of before revision 1.38 strip leading zeros; the key derivation wants them (part 1, C.8).
    guard point.x.count <= 32, point.y.count <= 32 else {
      throw TPMStructureError.key("a coordinate of a point on P-256 has at most 32 bytes")
    }
    let padded = [point.x, point.y].flatMap { [UInt8](repeating: 0, count: 32 - $0.count) + $0 }
    do {
      return try P256.KeyAgreement.PublicKey(rawRepresentation: padded)
    } catch {
      throw TPMStructureError.key("the public key is not a point on P-256")
    }
  }
}
