public import SecretMemory
public import TPMStructures

/// What is sealed: a secret of at most 128 bytes, or named secrets of any size in a bundle.
public enum SealingContent: Sendable {
  /// The TPM holds the secret itself.
  case secret(SecretBytes)
  /// The TPM holds a random key, and the bundle beside it is encrypted with that.
  case bundle([SealedBundle.Entry])
}

/// For whom something is sealed, and what must hold when it is given back.
public struct SealingRequest: Sendable {
  /// The policy.
  public var policy: SealingPolicy
  /// The cluster's name; empty under `tpm-only` where none is given.
  public var cluster = ""
  /// The node's name; empty likewise.
  public var node = ""
  /// The node's epoch; `nil` under `tpm-only` where none is given.
  public var epoch: EpochCounter?
  /// The key that signs the sidecar; `nil` under `tpm-only`, where the secret itself vouches for it.
  public var releaseKey: ReleaseKey.Private?
  /// The approved PCR values, none under `tpm-only`.
  public var approvals: [Approval] = []

  /// A request with nothing but a policy.
  public init(_ policy: SealingPolicy) { self.policy = policy }
}

/// A pair of file and sidecar of which only the object is missing, which a TPM makes, or ``Duplication`` for another machine's.
public struct PairDraft: Sendable {
  /// The object's public area, its unique part still empty.
  public let template: PublicArea
  /// What the object must hold.
  public let secret: SecretBytes

  private let kind: TSS2PrivateKey.Kind
  private let bundle: SealedBundle?
  private let sidecar: Sidecar
  private let releaseKey: ReleaseKey.Private?
  private let usesAuthorizationValue: Bool

  /// A draft for the storage root key `root`. A bundle's key, nonce and id are drawn from the system's random numbers.
  public init(
    _ content: SealingContent, _ request: SealingRequest, root: StorageRootKey, kind: TSS2PrivateKey.Kind,
    usesAuthorizationValue: Bool = false
  ) throws(SealedObjectError) {
    self.kind = kind
    self.usesAuthorizationValue = usesAuthorizationValue
    releaseKey = request.releaseKey
    switch content {
    case .secret(let given):
      guard (1...128).contains(given.count) else { throw .value("the secret", "is not 1 to 128 bytes: use a bundle") }
      secret = given
    case .bundle: secret = try Self.random(32)
    }
    var sidecar = Sidecar(
      policy: request.policy, cluster: request.cluster, node: request.node, epoch: request.epoch, srk: root,
      keyID: KeyID(of: secret), releaseKey: request.releaseKey?.publicKey, approvals: request.approvals)
    if case .bundle(let entries) = content {
      let sealed = try SealedBundle(
        sealing: entries, key: secret, nonce: Self.randomBytes(12), id: Self.randomBytes(16),
        binding: sidecar.bundleBinding)
      sidecar.bundle = sealed.digest
      bundle = sealed
    } else {
      bundle = nil
    }
    let context = try sidecar.context()
    if context == nil, usesAuthorizationValue { throw .value("tpm-only", "takes no authorization value") }
    template = PublicArea(
      attributes: request.policy.attributes(of: kind),
      authPolicy: context?.objectPolicy(sidecar.policy, usesAuthorizationValue: usesAuthorizationValue) ?? [],
      .keyedHash(nil, unique: []))
    self.sidecar = sidecar
  }

  /// The pair with an object that a TPM made from ``template`` and ``secret``, signed.
  public func pair(
    publicArea: PublicArea, privateArea: [UInt8], seed: [UInt8]? = nil
  ) throws(SealedObjectError)
    -> SealedPair
  {
    var signed = sidecar
    if let releaseKey { try signed.sign(with: releaseKey) } else { try signed.sign(with: secret) }
    let key = TSS2PrivateKey(
      kind, emptyAuth: !usesAuthorizationValue, secret: seed, parent: sidecar.srk.handle, publicArea: publicArea,
      privateArea: privateArea)
    return try SealedPair(file: SealedFile(key: key, bundle: bundle), sidecar: signed)
  }

  private static func random(_ count: Int) throws(SealedObjectError) -> SecretBytes {
    do { return try SecretBytes.random(count: count) } catch { throw .memory(error) }
  }

  private static func randomBytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }
}

extension SealedPair {
  /// Seals for another machine's TPM, which is known from its identity only: no TPM is needed here, and only that one can import the result.
  public init(
    sealing content: SealingContent, _ request: SealingRequest, for identity: TPMIdentity
  ) throws(SealedObjectError) {
    if let epoch = request.epoch, epoch != identity.epoch {
      throw .value("the epoch", "is not that of the identity")
    }
    let draft = try PairDraft(content, request, root: identity.srk, kind: .importable)
    let duplication: Duplication
    do throws(TPMStructureError) {
      duplication = try Duplication(sealing: draft.secret, as: draft.template, for: identity.srk.publicArea)
    } catch {
      throw .structure("the object for another TPM", "\(error)")
    }
    // Both come with their sizes, which the key file's fields have of their own.
    self = try draft.pair(
      publicArea: duplication.publicArea, privateArea: Array(duplication.duplicate.dropFirst(2)),
      seed: Array(duplication.encryptedSeed.dropFirst(2)))
  }
}

extension SealedPair {
  /// The public area of the object that holds the same secret under the same sidecar and never leaves its TPM.
  public func localTemplate(usesAuthorizationValue: Bool) throws(SealedObjectError) -> PublicArea {
    let context = try sidecar.context()
    if context == nil, usesAuthorizationValue { throw .value("tpm-only", "takes no authorization value") }
    return PublicArea(
      attributes: sidecar.policy.attributes(of: .sealed),
      authPolicy: context?.objectPolicy(sidecar.policy, usesAuthorizationValue: usesAuthorizationValue) ?? [],
      .keyedHash(nil, unique: []))
  }
}
