public import TPMStructures

/// What a node says of its TPM's keys. All of it is a claim until ``AttestationVerifier`` has looked at it.
public struct TPMEvidence: Sendable, Hashable {
  /// X.509 in DER: the endorsement key's own certificate, then what signed it, as far as the TPM carries that. Empty
  /// where the TPM has none.
  public var endorsementCertificates: [[UInt8]]
  /// The endorsement key.
  public var endorsementKey: PublicArea
  /// The key that certifies others: restricted, below the endorsement key.
  public var attestationKey: PublicArea
  /// The key of the node's TLS certificate.
  public var tlsKey: PublicArea

  /// Evidence.
  public init(
    endorsementCertificates: [[UInt8]], endorsementKey: PublicArea, attestationKey: PublicArea, tlsKey: PublicArea
  ) {
    self.endorsementCertificates = endorsementCertificates
    self.endorsementKey = endorsementKey
    self.attestationKey = attestationKey
    self.tlsKey = tlsKey
  }

  /// Evidence as it travels: each key as TPM2B_PUBLIC. ``AttestationRefusal/malformed(_:_:)`` names the part that
  /// cannot be read.
  public init(
    endorsementCertificates: [[UInt8]], endorsementKey: [UInt8], attestationKey: [UInt8], tlsKey: [UInt8]
  ) throws(AttestationRefusal) {
    // No TPM carries more; each is verified with costly arithmetic.
    guard endorsementCertificates.count <= 8, endorsementCertificates.allSatisfy({ $0.count <= 8192 }) else {
      throw .malformed("the endorsement certificates", "are more than 8, or one has over 8192 bytes")
    }
    self.init(
      endorsementCertificates: endorsementCertificates,
      endorsementKey: try Self.area(endorsementKey, "the endorsement key"),
      attestationKey: try Self.area(attestationKey, "the attestation key"),
      tlsKey: try Self.area(tlsKey, "the TLS key"))
  }

  private static func area(_ wire: [UInt8], _ part: String) throws(AttestationRefusal) -> PublicArea {
    do throws(WireError) { return try PublicArea(sizedWire: wire) } catch { throw .malformed(part, "\(error)") }
  }
}
