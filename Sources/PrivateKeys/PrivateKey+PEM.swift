public import SecretMemory

extension PrivateKey {
  static let label = "PRIVATE KEY"
  static let encryptedLabel = "ENCRYPTED PRIVATE KEY"
  private static let labels = [label, "EC PRIVATE KEY"]

  /// The one private key of a PEM file, `PRIVATE KEY` (PKCS #8) or `EC PRIVATE KEY` (SEC 1), alone or among certificates
  /// and parameters. ``PrivateKeyError/encrypted`` where it is encrypted.
  public init(pem: SecretBytes) throws(PrivateKeyError) {
    let der = try pem.withUnsafeBytes { text throws(PrivateKeyError) in
      let blocks = try PEMBlock.blocks(of: text)
      let found = blocks.filter { Self.labels.contains($0.label) }
      guard let block = found.first else {
        guard !blocks.contains(where: { $0.label == Self.encryptedLabel }) else { throw PrivateKeyError.encrypted }
        throw PrivateKeyError.pem("there is no PRIVATE KEY or EC PRIVATE KEY block")
      }
      guard found.count == 1 else { throw PrivateKeyError.pem("there is more than one private key") }
      return try block.content(in: text)
    }
    try self.init(der: der)
  }

  /// One `PRIVATE KEY` block of PEM: ``der()``.
  public func pem() throws(PrivateKeyError) -> SecretBytes {
    let der = try der()
    do throws(SecretMemoryError) {
      return try SecretBytes(count: PEMBlock.length(label: Self.label, content: der.count)) { buffer in
        der.withUnsafeBytes { PEMBlock.write(label: Self.label, content: $0, into: buffer) }
      }
    } catch {
      throw .memory(error)
    }
  }
}
