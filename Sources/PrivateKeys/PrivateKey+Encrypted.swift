public import SecretMemory

extension PrivateKey {
  /// The key as an `ENCRYPTED PRIVATE KEY` that OpenSSL 1.1 and later, Java and Go's libraries open: PBES2 with
  /// PBKDF2-HMAC-SHA256 over a salt of 16 random bytes, and AES-256-CBC. `iterations` are 1,000 to 10,000,000; another
  /// number is ``PrivateKeyError/cost(_:)``. Source: RFC 8018.
  public func encryptedPEM(
    passphrase: SecretBytes, iterations: Int = 600_000
  ) throws(PrivateKeyError) -> [UInt8] {
    guard PasswordCost.writtenIterations.contains(iterations) else {
      let bounds = PasswordCost.writtenIterations
      throw .cost("\(iterations) iterations; \(bounds.lowerBound) to \(bounds.upperBound) are written")
    }
    let derivation = KeyDerivation.pbkdf2(
      salt: Self.random(16), iterations: iterations, keyLength: nil, .hmacWithSHA256)
    let keySize = 32
    let initializationVector = Self.random(CipherBlockChaining.blockSize)
    let ciphertext = try CipherBlockChaining.encrypt(
      try der(), key: try derivation.key(of: passphrase, length: keySize), initializationVector: initializationVector)
    let info = EncryptedPrivateKeyInfo(
      derivation: derivation, keySize: keySize, initializationVector: initializationVector, ciphertext: ciphertext)
    return PEMBlock.text(label: Self.encryptedLabel, content: try info.der())
  }

  /// The one `ENCRYPTED PRIVATE KEY` of a PEM file, alone or among certificates: PBES2 with PBKDF2 (HMAC with SHA-1, 256,
  /// 384 or 512; at most 10,000,000 iterations) or scrypt (at most 256 MiB), and AES-CBC of any key size.
  ///
  /// The encryption does not protect against changes, so the key must come with its public key, as OpenSSL writes it:
  /// a changed byte is ``PrivateKeyError/passphrase`` or ``PrivateKeyError/foreignPublicKey``, never another key.
  public init(encryptedPEM: [UInt8], passphrase: SecretBytes) throws(PrivateKeyError) {
    let info = try EncryptedPrivateKeyInfo(der: try Self.encryptedContent(of: encryptedPEM))
    let content = try CipherBlockChaining.decrypt(
      info.ciphertext, key: try info.derivation.key(of: passphrase, length: info.keySize),
      initializationVector: info.initializationVector)
    self = try content.withUnsafeBytes { bytes throws(PrivateKeyError) in
      // A wrong passphrase gives one in 256 times something whose padding is sound, and which is then no sequence.
      guard bytes.first == 0x30 else { throw PrivateKeyError.passphrase }
      return try Self.read(bytes, requirePublicKey: true)
    }
  }

  private static func encryptedContent(of pem: [UInt8]) throws(PrivateKeyError) -> [UInt8] {
    let content: Result<SecretBytes, PrivateKeyError> = pem.withUnsafeBytes { text in
      Result { () throws(PrivateKeyError) in
        let found = try PEMBlock.blocks(of: text).filter { $0.label == encryptedLabel }
        guard let block = found.first else { throw .notEncrypted }
        guard found.count == 1 else { throw .pem("there is more than one private key") }
        return try block.content(in: text)
      }
    }
    return try content.get().withUnsafeBytes { Array($0) }
  }

  /// Whether `pem` has an `ENCRYPTED PRIVATE KEY` block, for which ``init(encryptedPEM:passphrase:)`` is.
  public static func isEncrypted(_ pem: [UInt8]) -> Bool {
    let blocks = pem.withUnsafeBytes { try? PEMBlock.blocks(of: $0) }
    return blocks?.contains { $0.label == encryptedLabel } ?? false
  }

  private static func random(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }
}
