import Attestation
import Crypto
import FoundationEssentials
import PrivateKeys
public import TPM2
import TPMStructures

/// The node's private key on P-256: in the TPM, or in a file. It signs TLS handshakes and certificate requests, by
/// ECDSA with SHA-256.
///
/// Two keys are equal where their public keys are.
public struct NodeKey: Sendable {
  enum Holder: Sendable {
    case tpm(TPM, CreatedObject)
    case file(PrivateKey)
  }

  let holder: Holder
  /// SubjectPublicKeyInfo in DER.
  public let publicKeyInfo: [UInt8]
  let p256: P256.Signing.PublicKey

  /// Where it is.
  public var custody: KeyCustody {
    switch holder {
    case .tpm: .tpm
    case .file: .file
    }
  }

  /// The object below the storage root key, for a key in the TPM.
  public var tpmObject: CreatedObject? {
    guard case .tpm(_, let object) = holder else { return nil }
    return object
  }

  /// The key that a TPM made: ``NodeTPM/makeKey()``. Nothing is sent to the TPM.
  public init(_ object: CreatedObject, in tpm: TPM) throws(NodeIdentityError) {
    guard let info = object.publicArea.subjectPublicKeyInfo,
      let key = try? P256.Signing.PublicKey(derRepresentation: info)
    else { throw .cryptography("the TPM's key is not on P-256") }
    holder = .tpm(tpm, object)
    publicKeyInfo = info
    p256 = key
  }

  /// The key of a file; an error where it is not on P-256.
  init(_ key: PrivateKey) throws(NodeIdentityError) {
    guard case .p256(let inner) = key.key else { throw .cryptography("a node's key is on P-256") }
    holder = .file(key)
    publicKeyInfo = key.publicKeyDER
    p256 = inner.publicKey
  }

  /// A new key for a file, from the system's random number generator.
  public static func makeForFile() throws(NodeIdentityError) -> NodeKey {
    try NodeKey(PrivateKey(.p256(P256.Signing.PrivateKey())))
  }

  /// The signature of the SHA-256 digest of `bytes`: ECDSA-Sig-Value in DER. In the TPM's own thread where the key is
  /// there; a connection that broke is opened again once.
  public func signature(for bytes: [UInt8]) async throws(NodeIdentityError) -> [UInt8] {
    switch holder {
    case .file(let key):
      guard case .p256(let inner) = key.key, let signature = try? inner.signature(for: bytes) else {
        throw .cryptography("the key in the file cannot sign")
      }
      return Array(signature.derRepresentation)
    case .tpm(let tpm, let object):
      let digest = Array(SHA256.hash(data: bytes))
      let signature = try await NodeTPM(tpm).performing { (context: TPMContext) throws(NodeIdentityError) in
        let parent = try StorageRoot.existing(in: context)
        let key = try StorageRoot.load(object, below: parent, in: context)
        return try NodeIdentityError.inTPM { () throws(TPMError) in try context.sign(digest, key: key) }
      }
      guard let raw = signature.ecdsaP256, let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: raw) else {
        throw .cryptography("the TPM's signature is not ECDSA on P-256")
      }
      return Array(parsed.derRepresentation)
    }
  }
}

extension NodeKey: Hashable {
  /// Whether both have one public key.
  public static func == (left: NodeKey, right: NodeKey) -> Bool { left.publicKeyInfo == right.publicKeyInfo }

  /// The public key's hash.
  public func hash(into hasher: inout Hasher) { hasher.combine(publicKeyInfo) }
}
