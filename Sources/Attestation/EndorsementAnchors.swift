import Crypto
import CryptoExtras
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
  /// The endorsement keys that were registered by their public areas, by name. The name covers the whole public area.
  public var registered: Set<Name>
  /// The endorsement keys that were registered by a certificate or a public key alone: SubjectPublicKeyInfo in DER.
  ///
  /// That is as good as the name: a TPM makes its primary keys from its seed *and* the template, so a key with other
  /// attributes has another public key.
  public private(set) var registeredKeys: Set<[UInt8]> = []

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
  /// TPM2B_PUBLIC), or as tpm2_createek(1) writes it.
  public mutating func register(_ endorsementKey: PublicArea) throws(AttestationRefusal) {
    try KeyKind.checkEndorsementKey(endorsementKey)
    registered.insert(endorsementKey.name)
  }

  /// Registers the endorsement key with that public key, a SubjectPublicKeyInfo in DER: P-256, or RSA of at least 2048
  /// bits.
  public mutating func register(publicKeyInfo: [UInt8]) throws(AttestationRefusal) {
    // What is compared later is the library's encoding.
    if let key = try? P256.Signing.PublicKey(derRepresentation: publicKeyInfo) {
      registeredKeys.insert(Array(key.derRepresentation))
    } else if let key = try? _RSA.Encryption.PublicKey(derRepresentation: publicKeyInfo), key.keySizeInBits >= 2048 {
      registeredKeys.insert(Array(key.derRepresentation))
    } else {
      throw .endorsementKey("it is neither a P-256 key nor an RSA key of 2048 bits or more")
    }
  }

  /// Registers the endorsement key that a certificate is for. Who issued it, and whether it is still valid, is not
  /// asked: a person says that the key is that machine's.
  public mutating func register(_ certificate: Certificate) throws(AttestationRefusal) {
    try register(publicKeyInfo: certificate.publicKeyInfo)
  }

  /// Whether that endorsement key was registered, one way or the other.
  func hasRegistered(_ endorsementKey: PublicArea) -> Bool {
    registered.contains(endorsementKey.name)
      || endorsementKey.subjectPublicKeyInfo.map(registeredKeys.contains) ?? false
  }
}
