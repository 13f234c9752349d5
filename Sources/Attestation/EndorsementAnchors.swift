public import TPMStructures
public import X509

/// What makes an endorsement key believable.
public struct EndorsementAnchors: Sendable, Hashable {
  /// Roots of TPM vendors.
  public var vendorRoots: [Certificate]
  /// The authorities under which the platform certifies its virtual TPMs.
  public var virtualAuthorities: [Certificate]
  /// Intermediates of both, for TPMs that carry only their own certificate.
  public var intermediates: [Certificate]
  /// The endorsement keys that were registered from `ll-tpm identity`, by name. The name covers the whole public area.
  public var registered: Set<Name>

  /// Anchors.
  public init(
    vendorRoots: [Certificate] = [], virtualAuthorities: [Certificate] = [], intermediates: [Certificate] = [],
    registered: Set<Name> = []
  ) {
    self.vendorRoots = vendorRoots
    self.virtualAuthorities = virtualAuthorities
    self.intermediates = intermediates
    self.registered = registered
  }

  /// Registers the endorsement key with that public area, as `ll-tpm identity` prints it in `ek.public` (base64 of
  /// TPM2B_PUBLIC).
  public mutating func register(_ endorsementKey: PublicArea) throws(AttestationRefusal) {
    try KeyKind.checkEndorsementKey(endorsementKey)
    registered.insert(endorsementKey.name)
  }
}
