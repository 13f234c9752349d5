public import TPMStructures

/// A TPM 2.0 key file (`TPMKey`): an object that a TPM made, or that was made for it, with what is needed to load it.
///
/// Source: draft-bottomley-tpm2-keys, *TPMKey Syntax*; tpm2-tools, OpenSSL's tpm2 provider and tpm2-tss-engine write the same. Decoding
/// and encoding again gives the same bytes, also for what those tools write and DER forbids (``EmptyAuth/nonDERTrue``,
/// ``parentIsSigned``). The `parentName` that the kernel's keyring adds in the newest draft is refused.
public struct TSS2PrivateKey: Sendable, Hashable {
  /// What the object is and what must be done to it (its `type`).
  public enum Kind: Sendable, Hashable, CaseIterable {
    /// 2.23.133.10.1.3: a key for TPM2_Load. tpm2_encodeobject writes it for sealed data too.
    case loadable
    /// 2.23.133.10.1.4: an object for TPM2_Import, encrypted to its parent.
    case importable
    /// 2.23.133.10.1.5: sealed data for TPM2_Load and TPM2_Unseal.
    case sealed
  }

  /// Whether the authorization value is empty, as the file says it. tpm2-tools 5.4 says the opposite of what is.
  public enum EmptyAuth: Sendable, Hashable {
    /// Nothing is said, which means no.
    case absent
    /// No: a value must be given.
    case no
    /// Yes.
    case yes
    /// Yes, written as 01 where DER wants FF: tpm2-tools and tpm2-tss-engine do that.
    case nonDERTrue
  }

  /// A step of a policy (`TPMPolicy`): a command and its parameters as that command's section of the draft tells.
  public struct PolicyCommand: Sendable, Hashable {
    /// The command's code (TPM_CC).
    public var code: UInt32
    /// Its parameters.
    public var parameters: [UInt8]

    /// A step.
    public init(code: UInt32, parameters: [UInt8]) {
      self.code = code
      self.parameters = parameters
    }
  }

  /// A policy that somebody signed (`TPMAuthPolicy`).
  public struct AuthPolicy: Sendable, Hashable {
    /// What it is called.
    public var name: String?
    /// Its steps.
    public var policy: [PolicyCommand]

    /// A signed policy.
    public init(name: String? = nil, policy: [PolicyCommand]) {
      self.name = name
      self.policy = policy
    }
  }

  /// What the object is.
  public var kind: Kind
  /// Whether its authorization value is empty.
  public var emptyAuth: EmptyAuth
  /// The steps of its policy; `nil` where the field is absent.
  public var policy: [PolicyCommand]?
  /// The encrypted seed of an importable object (TPM2B_ENCRYPTED_SECRET without its size); `nil` for all others.
  public var secret: [UInt8]?
  /// Signed policies; `nil` where the field is absent.
  public var authPolicy: [AuthPolicy]?
  /// A person's words; `nil` where the field is absent.
  public var description: String?
  /// Whether the parent is the RSA template under a hierarchy; `nil` where the field is absent.
  public var rsaParent: Bool?
  /// The parent's handle: persistent (0x81……), or a hierarchy (0x40……), under which the parent is made from the TCG's template.
  public var parent: UInt32
  /// Whether the parent is written as a negative number, as 32-bit programs did.
  public var parentIsSigned: Bool
  /// The object's public area.
  public var publicArea: PublicArea
  /// The object's private area as the TPM encrypted it, or the duplicate (TPM2B_PRIVATE without its size).
  public var privateArea: [UInt8]

  /// A key file as this package writes it: no policy steps (the sidecar has them), DER throughout.
  public init(
    _ kind: Kind, emptyAuth: Bool, secret: [UInt8]? = nil, parent: UInt32, publicArea: PublicArea, privateArea: [UInt8]
  ) {
    self.kind = kind
    self.emptyAuth = emptyAuth ? .yes : .no
    self.secret = secret
    self.parent = parent
    parentIsSigned = false
    self.publicArea = publicArea
    self.privateArea = privateArea
  }

  /// The `.pub` file of tpm2-tools (TPM2B_PUBLIC).
  public var exportedPublic: [UInt8] { publicArea.sizedWire }

  /// The `.priv` file of tpm2-tools (TPM2B_PRIVATE).
  public var exportedPrivate: [UInt8] { Self.sized(privateArea) }

  /// Whether the object is data that TPM2_Unseal gives back, whatever the file's type says.
  public var isSealedData: Bool {
    guard case .keyedHash(nil, _) = publicArea.content else { return false }
    return publicArea.attributes.isDisjoint(with: [.signEncrypt, .decrypt, .restricted])
  }

  static func sized(_ bytes: [UInt8]) -> [UInt8] {
    var writer = WireWriter()
    writer.sized(bytes)
    return writer.bytes
  }
}
