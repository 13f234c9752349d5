/// A sealed object's file: a `TSS2 PRIVATE KEY` block and, where the secret is a bundle, an `LL SEALED BUNDLE` block.
public struct SealedFile: Sendable, Hashable {
  /// The key file.
  public var key: TSS2PrivateKey
  /// The bundle that the sealed key decrypts; `nil` where the secret itself is sealed.
  public var bundle: SealedBundle?

  private static let keyLabel = "TSS2 PRIVATE KEY"
  private static let bundleLabel = "LL SEALED BUNDLE"
  /// The largest file that is read, in bytes.
  public static let sizeLimit = 2 << 20

  /// A file with that content.
  public init(key: TSS2PrivateKey, bundle: SealedBundle? = nil) {
    self.key = key
    self.bundle = bundle
  }

  /// The file that `pem` is; its ``pem()`` is the same bytes, or it is refused.
  public init(pem: [UInt8]) throws(SealedObjectError) {
    guard pem.count <= Self.sizeLimit else { throw .pem("it is larger than \(Self.sizeLimit) bytes") }
    let blocks = try PEMText(strict: pem).blocks
    guard blocks.first?.label == Self.keyLabel else { throw .pem("its first block is not a \(Self.keyLabel)") }
    guard blocks.count == 1 || (blocks.count == 2 && blocks[1].label == Self.bundleLabel) else {
      throw .pem("only one \(Self.bundleLabel) may follow the key")
    }
    key = try TSS2PrivateKey(der: blocks[0].content)
    bundle = blocks.count == 2 ? try SealedBundle(block: blocks[1].content) : nil
  }

  /// The file's bytes.
  public func pem() throws(SealedObjectError) -> [UInt8] {
    var blocks = [PEMText.Block(label: Self.keyLabel, content: try key.der())]
    if let bundle { blocks.append(PEMText.Block(label: Self.bundleLabel, content: bundle.block)) }
    return PEMText(blocks).bytes
  }
}
