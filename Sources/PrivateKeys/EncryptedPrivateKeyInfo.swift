import SwiftASN1

/// EncryptedPrivateKeyInfo (RFC 5958) with PBES2 (RFC 8018), the one scheme that is read and written: nothing in it is secret.
struct EncryptedPrivateKeyInfo {
  /// How the passphrase becomes a key.
  var derivation: KeyDerivation
  /// Bytes of the AES key: 16, 24 or 32.
  var keySize: Int
  /// CBC's first block.
  var initializationVector: [UInt8]
  /// The encrypted PKCS #8.
  var ciphertext: [UInt8]

  private static let pbes2: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 5, 13]
  private static let ciphers: [(identifier: ASN1ObjectIdentifier, keySize: Int)] = [
    ([2, 16, 840, 1, 101, 3, 4, 1, 2], 16), ([2, 16, 840, 1, 101, 3, 4, 1, 22], 24),
    ([2, 16, 840, 1, 101, 3, 4, 1, 42], 32),
  ]

  init(derivation: KeyDerivation, keySize: Int, initializationVector: [UInt8], ciphertext: [UInt8]) {
    self.derivation = derivation
    self.keySize = keySize
    self.initializationVector = initializationVector
    self.ciphertext = ciphertext
  }

  /// What `der` holds. ``PrivateKeyError/encryption(_:)`` where another scheme, or none, is in it.
  init(der: [UInt8]) throws(PrivateKeyError) {
    do {
      self = try DER.sequence(try DER.parse(der), identifier: .sequence) { outer in
        let (derivation, cipher) = try Self.algorithm(&outer, Self.pbes2, "it is not PBES2") { scheme in
          try Self.sequence(&scheme) { schemes in
            (try Self.keyDerivation(&schemes), try Self.cipher(&schemes))
          }
        }
        let ciphertext = try ASN1OctetString(derEncoded: &outer)
        return Self(
          derivation: derivation, keySize: cipher.keySize, initializationVector: cipher.initializationVector,
          ciphertext: Array(ciphertext.bytes))
      }
    } catch let error as PrivateKeyError {
      throw error
    } catch {
      throw .encryption("its DER is damaged")
    }
  }

  /// What `read` makes of the fields of the next element, which must be a sequence without anything else.
  private static func sequence<Value>(
    _ nodes: inout ASN1NodeCollection.Iterator, _ read: (inout ASN1NodeCollection.Iterator) throws -> Value
  ) throws -> Value {
    guard let node = nodes.next() else { throw PrivateKeyError.encryption("its DER is damaged") }
    return try DER.sequence(node, identifier: .sequence, read)
  }

  private static func algorithm<Value>(
    _ nodes: inout ASN1NodeCollection.Iterator, _ identifier: ASN1ObjectIdentifier, _ refusal: String,
    _ parameters: (inout ASN1NodeCollection.Iterator) throws -> Value
  ) throws -> Value {
    try sequence(&nodes) { fields in
      guard try ASN1ObjectIdentifier(derEncoded: &fields) == identifier else {
        throw PrivateKeyError.encryption(refusal)
      }
      return try parameters(&fields)
    }
  }

  private static func keyDerivation(_ nodes: inout ASN1NodeCollection.Iterator) throws -> KeyDerivation {
    try sequence(&nodes) { fields in
      let identifier = try ASN1ObjectIdentifier(derEncoded: &fields)
      guard identifier == KeyDerivation.pbkdf2Identifier || identifier == KeyDerivation.scryptIdentifier else {
        throw PrivateKeyError.encryption("its key derivation is neither PBKDF2 nor scrypt")
      }
      return try sequence(&fields) { fields in
        let salt = Array(try ASN1OctetString(derEncoded: &fields).bytes)
        if identifier == KeyDerivation.scryptIdentifier {
          return .scrypt(
            salt: salt, cost: try Int(derEncoded: &fields), blockSize: try Int(derEncoded: &fields),
            parallelism: try Int(derEncoded: &fields),
            keyLength: try DER.optionalImplicitlyTagged(&fields) as Int?)
        }
        return .pbkdf2(
          salt: salt, iterations: try Int(derEncoded: &fields),
          keyLength: try DER.optionalImplicitlyTagged(&fields) as Int?, try pseudorandomFunction(&fields))
      }
    }
  }

  /// PBKDF2's last field, which is HMAC with SHA-1 where it is absent.
  private static func pseudorandomFunction(
    _ nodes: inout ASN1NodeCollection.Iterator
  ) throws -> KeyDerivation.PseudorandomFunction {
    guard let node = nodes.next() else { return .hmacWithSHA1 }
    return try DER.sequence(node, identifier: .sequence) { fields in
      let identifier = try ASN1ObjectIdentifier(derEncoded: &fields)
      guard let function = KeyDerivation.PseudorandomFunction.allCases.first(where: { $0.identifier == identifier })
      else { throw PrivateKeyError.encryption("its pseudorandom function is not HMAC with SHA-1, 256, 384 or 512") }
      if let parameters = fields.next() { _ = try ASN1Null(derEncoded: parameters) }
      return function
    }
  }

  private static func cipher(
    _ nodes: inout ASN1NodeCollection.Iterator
  ) throws -> (keySize: Int, initializationVector: [UInt8]) {
    try sequence(&nodes) { fields in
      let identifier = try ASN1ObjectIdentifier(derEncoded: &fields)
      guard let cipher = ciphers.first(where: { $0.identifier == identifier }) else {
        throw PrivateKeyError.encryption("its cipher is not AES in CBC mode")
      }
      let initializationVector = Array(try ASN1OctetString(derEncoded: &fields).bytes)
      guard initializationVector.count == CipherBlockChaining.blockSize else {
        throw PrivateKeyError.encryption("its initialization vector is not 16 bytes long")
      }
      return (cipher.keySize, initializationVector)
    }
  }

  /// The DER. The key derivation must be PBKDF2, the only one that is written.
  func der() throws(PrivateKeyError) -> [UInt8] {
    guard case .pbkdf2(let salt, let iterations, _, let function) = derivation,
      let cipher = Self.ciphers.first(where: { $0.keySize == keySize })
    else { throw .encryption("only PBKDF2 and AES are written") }
    do {
      var serializer = DER.Serializer()
      try serializer.appendConstructedNode(identifier: .sequence) { outer in
        try outer.appendConstructedNode(identifier: .sequence) { scheme in
          try scheme.serialize(Self.pbes2)
          try scheme.appendConstructedNode(identifier: .sequence) { schemes in
            try schemes.appendConstructedNode(identifier: .sequence) { derivation in
              try derivation.serialize(KeyDerivation.pbkdf2Identifier)
              try derivation.appendConstructedNode(identifier: .sequence) { fields in
                try fields.serialize(ASN1OctetString(contentBytes: salt[...]))
                try fields.serialize(iterations)
                try fields.appendConstructedNode(identifier: .sequence) { prf in
                  try prf.serialize(function.identifier)
                  try prf.serialize(ASN1Null())
                }
              }
            }
            try schemes.appendConstructedNode(identifier: .sequence) { encryption in
              try encryption.serialize(cipher.identifier)
              try encryption.serialize(ASN1OctetString(contentBytes: initializationVector[...]))
            }
          }
        }
        try outer.serialize(ASN1OctetString(contentBytes: ciphertext[...]))
      }
      return serializer.serializedBytes
    } catch {
      throw .encryption("\(error)")
    }
  }
}
