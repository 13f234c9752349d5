import Attestation
import Crypto
import TPMStructures

/// One thing that differs from honest evidence, and what it is refused for.
struct EvidenceChange: Sendable {
  let what: String
  let refusal: AttestationRefusal
  let apply: @Sendable (inout TPMEvidence) -> Void

  init(_ what: String, _ refusal: AttestationRefusal, _ apply: @escaping @Sendable (inout TPMEvidence) -> Void) {
    self.what = what
    self.refusal = refusal
    self.apply = apply
  }

  static let all = [
    EvidenceChange("an attestation key without restricted", .attestationKey("it lacks restricted")) {
      $0.attestationKey.attributes.remove(.restricted)
    },
    EvidenceChange("an attestation key without fixedTPM", .attestationKey("it lacks fixedtpm")) {
      $0.attestationKey.attributes.remove(.fixedTPM)
    },
    EvidenceChange("an attestation key without fixedParent", .attestationKey("it lacks fixedparent")) {
      $0.attestationKey.attributes.remove(.fixedParent)
    },
    EvidenceChange("an attestation key that was made elsewhere", .attestationKey("it lacks sensitivedataorigin")) {
      $0.attestationKey.attributes.remove(.sensitiveDataOrigin)
    },
    EvidenceChange("an attestation key that does not sign", .attestationKey("it lacks sign")) {
      $0.attestationKey.attributes.remove(.signEncrypt)
    },
    EvidenceChange("an attestation key that decrypts too", .attestationKey("it has decrypt")) {
      $0.attestationKey.attributes.insert(.decrypt)
    },
    EvidenceChange("an attestation key named by SHA-1", .attestationKey("its name is not made with SHA-2")) {
      $0.attestationKey.nameAlgorithm = .sha1
    },
    EvidenceChange(
      "an attestation key without a scheme", .attestationKey("it does not sign by ECDSA with SHA-256 on P-256")
    ) {
      guard case .ecc(var parameters, let point) = $0.attestationKey.content else { return }
      parameters.scheme = nil
      $0.attestationKey.content = .ecc(parameters, point)
    },
    EvidenceChange("a TLS key in the attestation key's place", .attestationKey("it lacks restricted")) {
      $0.attestationKey = $0.tlsKey
    },
    EvidenceChange("a restricted TLS key", .tlsKey("it has restricted")) { $0.tlsKey.attributes.insert(.restricted) },
    EvidenceChange("a TLS key that can leave its TPM", .tlsKey("it lacks fixedtpm")) {
      $0.tlsKey.attributes.remove(.fixedTPM)
    },
    EvidenceChange("a TLS key that can have another parent", .tlsKey("it lacks fixedparent")) {
      $0.tlsKey.attributes.remove(.fixedParent)
    },
    EvidenceChange("a TLS key that was made elsewhere", .tlsKey("it lacks sensitivedataorigin")) {
      $0.tlsKey.attributes.remove(.sensitiveDataOrigin)
    },
    EvidenceChange("a TLS key that is not this session's", .tlsKeyNotThisSession) {
      guard case .ecc(let parameters, _) = $0.tlsKey.content else { return }
      $0.tlsKey.content = .ecc(parameters, selfMadePoint())
    },
    EvidenceChange("a TLS key that is no point", .tlsKey("its point is not on P-256")) {
      guard case .ecc(let parameters, let point) = $0.tlsKey.content else { return }
      $0.tlsKey.content = .ecc(parameters, ECCPoint(x: point.x, y: point.x))
    },
    EvidenceChange("an endorsement key that signs", .endorsementKey("it has sign")) {
      $0.endorsementKey.attributes.insert(.signEncrypt)
    },
    EvidenceChange("an endorsement key that is not restricted", .endorsementKey("it lacks restricted")) {
      $0.endorsementKey.attributes.remove(.restricted)
    },
    EvidenceChange("an endorsement key that can leave its TPM", .endorsementKey("it lacks fixedtpm")) {
      $0.endorsementKey.attributes.remove(.fixedTPM)
    },
    EvidenceChange(
      "an endorsement key without a policy",
      .endorsementKey("no policy protects it, as every template of the TCG's EK Credential Profile wants")
    ) { $0.endorsementKey.authPolicy = [] },
    EvidenceChange("a self-made endorsement key below a true certificate", .endorsementCertificateKey) {
      $0.endorsementKey = selfMadeEndorsementKey()
    },
    EvidenceChange("a self-made endorsement key", .endorsementKeyUnproven) {
      $0.endorsementKey = selfMadeEndorsementKey()
      $0.endorsementCertificates = []
    },
    EvidenceChange("no certificate", .endorsementKeyUnproven) { $0.endorsementCertificates = [] },
  ]

  /// What anybody can make, in the form of the TCG's template.
  private static func selfMadeEndorsementKey() -> PublicArea {
    var area = PublicArea.eccEndorsementKey
    if case .ecc(let parameters, _) = area.content { area.content = .ecc(parameters, selfMadePoint()) }
    return area
  }

  private static func selfMadePoint() -> ECCPoint {
    let raw = [UInt8](P256.Signing.PrivateKey().publicKey.rawRepresentation)
    return ECCPoint(x: Array(raw[..<32]), y: Array(raw[32...]))
  }
}
