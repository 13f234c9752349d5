import Crypto
import Diagnostics
import FoundationEssentials
public import SecretMemory
import TPMStructures

/// What stands beside a sealed object's file, signed: for whom it is, under what policy, and what has been approved.
///
/// A sidecar outlives its object: `import` replaces the object of another machine's making by a local one, and keeps the sidecar. So it
/// names the secret (``keyID``), the bundle and the policy, never the object's own bytes, which the TPM itself protects.
public struct Sidecar: Sendable, Hashable {
  /// The policy.
  public var policy: SealingPolicy
  /// The cluster's name; empty under `tpm-only` where none is given.
  public var cluster: String
  /// The node's name; empty likewise.
  public var node: String
  /// The node's epoch when it was sealed; `nil` under `tpm-only` where none is given.
  public var epoch: EpochCounter?
  /// The key that the object lies under.
  public var srk: StorageRootKey
  /// Which secret it is.
  public var keyID: KeyID
  /// SHA-256 of the bundle's block; `nil` where there is no bundle.
  public var bundle: [UInt8]?
  /// The release key; `nil` under `tpm-only` where none is used.
  public var releaseKey: ReleaseKey?
  /// The approved PCR values, the first that fits is used; empty under `tpm-only`.
  public var approvals: [Approval]
  /// What vouches for it; `nil` until it is signed.
  public var signature: SidecarSignature?

  /// An unsigned sidecar.
  public init(
    policy: SealingPolicy, cluster: String = "", node: String = "", epoch: EpochCounter? = nil, srk: StorageRootKey,
    keyID: KeyID, bundle: [UInt8]? = nil, releaseKey: ReleaseKey? = nil, approvals: [Approval] = []
  ) {
    self.policy = policy
    self.cluster = cluster
    self.node = node
    self.epoch = epoch
    self.srk = srk
    self.keyID = keyID
    self.bundle = bundle
    self.releaseKey = releaseKey
    self.approvals = approvals
  }

  /// Whose policy it is; `nil` where the policy needs none. An error where the policy needs what is not there.
  public func context() throws(SealedObjectError) -> PolicyContext? {
    guard policy != .tpmOnly else { return nil }
    guard let epoch, let releaseKey else { throw .value("the sidecar", "has no epoch or no release key") }
    return try PolicyContext(cluster: cluster, node: node, epoch: epoch, releaseKey: releaseKey)
  }

  /// What its bundle is bound to.
  public var bundleBinding: BundleBinding {
    BundleBinding(cluster: cluster, node: node, epoch: epoch?.value ?? 0, keyID: keyID)
  }

  /// Signs by the release key, which must be the sidecar's.
  public mutating func sign(with key: ReleaseKey.Private) throws(SealedObjectError) {
    guard key.publicKey == releaseKey else { throw .foreignReleaseKey }
    signature = .releaseKey(try key.sign(signedBytes))
  }

  /// Signs by the secret, where there is no release key.
  public mutating func sign(with secret: SecretBytes) throws(SealedObjectError) {
    guard releaseKey == nil else { throw .signature }
    let code = HMAC<SHA256>.authenticationCode(for: signedBytes, using: Self.derivedKey(secret))
    signature = .secret(Array(code))
  }

  /// Checks the release key's signature. ``SealedObjectError/signature`` where it is not there or not good.
  public func verifyReleaseKeySignature() throws(SealedObjectError) {
    guard let releaseKey, case .releaseKey(let value) = signature, releaseKey.isValid(value, for: signedBytes) else {
      throw .signature
    }
  }

  /// Checks that the sidecar is of `secret`: the key id and, where the secret vouches for the sidecar, its code. To be called after the
  /// unseal and before the secret is given to anybody.
  public func verify(secret: SecretBytes) throws(SealedObjectError) {
    guard KeyID(of: secret) == keyID else { throw .keyID }
    switch signature {
    case .releaseKey: try verifyReleaseKeySignature()
    case .secret(let code):
      let valid = HMAC<SHA256>.isValidAuthenticationCode(
        code, authenticating: signedBytes, using: Self.derivedKey(secret))
      guard releaseKey == nil, valid else { throw .signature }
    case nil: throw .signature
    }
  }

  private static func derivedKey(_ secret: SecretBytes) -> SymmetricKey {
    secret.withUnsafeBytes {
      HKDF<SHA256>.deriveKey(
        inputKeyMaterial: SymmetricKey(data: $0), info: Array("ll-tpm sidecar".utf8), outputByteCount: 32)
    }
  }
}
