import TPMStructures

/// What the three keys have to be, by their public areas.
enum KeyKind {
  private static let madeAndKeptHere: ObjectAttributes = [.fixedTPM, .fixedParent, .sensitiveDataOrigin]

  /// A restricted decryption key as the TCG's EK templates have it: TPM2_ActivateCredential works with nothing else,
  /// and no TPM decrypts anything of the caller's choice with it.
  static func checkEndorsementKey(_ area: PublicArea) throws(AttestationRefusal) {
    try check(
      area, has: madeAndKeptHere.union([.restricted, .decrypt]),
      lacks: [.signEncrypt, .x509Sign, .encryptedDuplication]
    ) { .endorsementKey($0) }
    // Every EK template is used by policy only; with an empty authorization value anybody on the machine could.
    guard area.authPolicy.count == area.nameAlgorithm?.digestSize else {
      throw .endorsementKey("no policy protects it, as every template of the TCG's EK Credential Profile wants")
    }
    switch area.content {
    case .ecc(let parameters, _):
      guard parameters.curve == .p256, parameters.scheme == nil else {
        throw .endorsementKey("an ECC endorsement key is on P-256 and has no scheme")
      }
    case .rsa(let parameters, let modulus):
      guard parameters.keyBits >= 2048, modulus.count * 8 == Int(parameters.keyBits), parameters.scheme == nil else {
        throw .endorsementKey("an RSA endorsement key has 2048 bits at least and no scheme")
      }
    default: throw .endorsementKey("it is neither ECC nor RSA but \(area.type)")
    }
  }

  /// A restricted signing key: it signs nothing that begins as an attestation and was not made by its TPM.
  static func checkAttestationKey(_ area: PublicArea) throws(AttestationRefusal) {
    try check(area, has: madeAndKeptHere.union([.restricted, .signEncrypt]), lacks: [.decrypt, .x509Sign]) {
      .attestationKey($0)
    }
    guard case .ecc(let parameters, _) = area.content, parameters.curve == .p256, parameters.scheme == .ecdsaSHA256
    else {
      throw .attestationKey("it does not sign by ECDSA with SHA-256 on P-256")
    }
  }

  /// A signing key for TLS: not restricted, or it could not sign a handshake.
  static func checkTLSKey(_ area: PublicArea) throws(AttestationRefusal) {
    try check(area, has: madeAndKeptHere.union(.signEncrypt), lacks: [.restricted, .decrypt, .x509Sign]) { .tlsKey($0) }
    guard case .ecc(let parameters, _) = area.content, parameters.curve == .p256,
      parameters.scheme == nil || parameters.scheme == .ecdsaSHA256
    else { throw .tlsKey("it does not sign by ECDSA with SHA-256 on P-256") }
  }

  private static func check(
    _ area: PublicArea, has needed: ObjectAttributes, lacks forbidden: ObjectAttributes,
    _ refusal: (String) -> AttestationRefusal
  ) throws(AttestationRefusal) {
    guard let hash = area.nameAlgorithm, hash != .sha1 else { throw refusal("its name is not made with SHA-2") }
    let missing = needed.subtracting(area.attributes)
    guard missing.isEmpty else { throw refusal("it lacks \(missing)") }
    let excess = forbidden.intersection(area.attributes)
    guard excess.isEmpty else { throw refusal("it has \(excess)") }
  }
}
