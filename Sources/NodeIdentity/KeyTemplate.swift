import TPMStructures

/// What the TPM is asked to make.
enum KeyTemplate {
  private static let madeAndKeptHere: ObjectAttributes = [
    .fixedTPM, .fixedParent, .sensitiveDataOrigin, .userWithAuth, .noDA,
  ]

  /// A key for TLS: signs what it is given.
  static let tls = signing([])

  /// A key for attestations: signs what the TPM made, and nothing that pretends to be that.
  static let attestation = signing(.restricted)

  private static func signing(_ more: ObjectAttributes) -> PublicArea {
    PublicArea(
      attributes: madeAndKeptHere.union(.signEncrypt).union(more),
      .ecc(ECCParameters(scheme: .ecdsaSHA256, curve: .p256), ECCPoint(x: [], y: [])))
  }
}
