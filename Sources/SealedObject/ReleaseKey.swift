import Crypto
import FoundationEssentials
public import SecretMemory
public import TPMStructures

/// The public half of the fleet's release key (ECDSA, P-256): it approves PCR values and signs sidecars.
public struct ReleaseKey: Sendable, Hashable {
  /// The point, x and y of 32 bytes each.
  public let point: [UInt8]

  /// The key as TPM2_LoadExternal takes it.
  public let publicArea: PublicArea

  private init(_ key: P256.Signing.PublicKey) {
    point = Array(key.rawRepresentation)
    publicArea = .releaseKey(key)
  }

  /// The key of a SubjectPublicKeyInfo in DER, which must be the form that is written (named curve, uncompressed point).
  public init(der: [UInt8]) throws(SealedObjectError) {
    guard let key = try? P256.Signing.PublicKey(derRepresentation: der) else {
      throw .value("the release key", "is not a P-256 SubjectPublicKeyInfo")
    }
    self.init(key)
    guard self.der == der else { throw .value("the release key", "is not in canonical DER") }
  }

  /// The key of a `PUBLIC KEY` PEM block, alone in its file.
  public init(pem: [UInt8]) throws(SealedObjectError) {
    let blocks = try PEMText(strict: pem).blocks
    guard blocks.count == 1, blocks[0].label == "PUBLIC KEY" else { throw .pem("one PUBLIC KEY block is expected") }
    try self.init(der: blocks[0].content)
  }

  /// SubjectPublicKeyInfo in DER. Source: RFC 5480.
  public var der: [UInt8] {
    let header: [UInt8] = [
      0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
      0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ]
    return header + point
  }

  /// One `PUBLIC KEY` PEM block.
  public var pem: [UInt8] { PEMText([PEMText.Block(label: "PUBLIC KEY", content: der)]).bytes }

  /// What a TPM calls the key; PolicyAuthorize names it so.
  public var name: Name { publicArea.name }

  /// Whether `signature` (r and s, 32 bytes each) is this key's over SHA-256 of `message`.
  public func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
    guard let key = try? P256.Signing.PublicKey(rawRepresentation: point),
      let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
    else { return false }
    return key.isValidSignature(signature, for: message)
  }

  /// The private half, as it lies on the desk; never on a node.
  public struct Private: Sendable {
    private let key: P256.Signing.PrivateKey

    /// The key of a PEM file: `PRIVATE KEY` (PKCS #8) or `EC PRIVATE KEY` (SEC 1, also behind the `EC PARAMETERS` that openssl-ecparam
    /// writes). An encrypted key cannot be read: the cryptographic library has no PBES2.
    public init(pem: SecretBytes) throws(SealedObjectError) {
      let der = try PrivateKeyPEM.der(of: pem)
      let key = der.withUnsafeBytes { try? P256.Signing.PrivateKey(derRepresentation: $0) }
      guard let key else { throw .privateKey("it is not a P-256 key in PKCS #8 or SEC 1") }
      self.key = key
    }

    /// The public half.
    public var publicKey: ReleaseKey { ReleaseKey(key.publicKey) }

    /// The signature (r and s, 32 bytes each) over SHA-256 of `message`.
    public func sign(_ message: [UInt8]) throws(SealedObjectError) -> [UInt8] {
      guard let signature = try? key.signature(for: message) else { throw .privateKey("it does not sign") }
      return Array(signature.rawRepresentation)
    }
  }
}
