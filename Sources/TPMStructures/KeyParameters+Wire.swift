// A selector that is TPM_ALG_NULL has no details, so the optional value, not the structure, is what has an encoding.

extension WireReader {
  mutating func algorithm() throws(WireError) -> Algorithm { Algorithm(rawValue: try uint16()) }

  mutating func hashAlgorithm(_ name: String) throws(WireError) -> HashAlgorithm {
    let start = offset
    let number = try uint16()
    guard let hash = HashAlgorithm(rawValue: number) else {
      throw WireError(offset: start, .value(name, UInt32(number)))
    }
    return hash
  }

  mutating func symmetricDefinition() throws(WireError) -> SymmetricDefinition? {
    let start = offset
    let algorithm = try algorithm()
    switch algorithm {
    case .null: return nil
    case .aes, .sm4, .camellia, .tdes:
      return SymmetricDefinition(algorithm, keyBits: try uint16(), mode: try self.algorithm())
    default: throw WireError(offset: start, .value("symmetric cipher", UInt32(algorithm.rawValue)))
    }
  }

  mutating func asymmetricScheme(of allowed: Set<Algorithm>) throws(WireError) -> AsymmetricScheme? {
    let start = offset
    let algorithm = try algorithm()
    if algorithm == .null { return nil }
    guard allowed.contains(algorithm) else {
      throw WireError(offset: start, .value("scheme", UInt32(algorithm.rawValue)))
    }
    return switch algorithm {
    case .rsaes: .rsaes
    case .ecdaa: .ecdaa(try self.algorithm(), count: try uint16())
    default: .hashed(algorithm, try self.algorithm())
    }
  }

  mutating func kdfScheme() throws(WireError) -> KDFScheme? {
    let start = offset
    let algorithm = try algorithm()
    switch algorithm {
    case .null: return nil
    case .mgf1, .kdf1SP80056A, .kdf2, .kdf1SP800108: return KDFScheme(algorithm, hash: try self.algorithm())
    default: throw WireError(offset: start, .value("key derivation", UInt32(algorithm.rawValue)))
    }
  }

  mutating func keyedHashScheme() throws(WireError) -> KeyedHashScheme? {
    let start = offset
    let algorithm = try algorithm()
    switch algorithm {
    case .null: return nil
    case .hmac: return .hmac(try self.algorithm())
    case .xor: return .xor(hash: try self.algorithm(), kdf: try self.algorithm())
    default: throw WireError(offset: start, .value("keyed-hash scheme", UInt32(algorithm.rawValue)))
    }
  }
}

extension WireWriter {
  mutating func symmetric(_ value: SymmetricDefinition?) {
    guard let value else { return algorithm(.null) }
    algorithm(value.algorithm)
    integer(value.keyBits)
    algorithm(value.mode)
  }

  mutating func scheme(_ value: AsymmetricScheme?) {
    switch value {
    case nil: algorithm(.null)
    case .rsaes: algorithm(.rsaes)
    case .hashed(let scheme, let hash):
      algorithm(scheme)
      algorithm(hash)
    case .ecdaa(let hash, let count):
      algorithm(.ecdaa)
      algorithm(hash)
      integer(count)
    }
  }

  mutating func kdf(_ value: KDFScheme?) {
    guard let value else { return algorithm(.null) }
    algorithm(value.algorithm)
    algorithm(value.hash)
  }

  mutating func keyedHash(_ value: KeyedHashScheme?) {
    switch value {
    case nil: algorithm(.null)
    case .hmac(let hash):
      algorithm(.hmac)
      algorithm(hash)
    case .xor(let hash, let kdf):
      algorithm(.xor)
      algorithm(hash)
      algorithm(kdf)
    }
  }
}

extension ECCPoint: WireStructure {
  /// Reads a TPMS_ECC_POINT.
  public init(from reader: inout WireReader) throws(WireError) {
    x = try reader.sizedBytes(limit: 128)
    y = try reader.sizedBytes(limit: 128)
  }

  /// Writes a TPMS_ECC_POINT.
  public func write(to writer: inout WireWriter) {
    writer.sized(x)
    writer.sized(y)
  }
}

extension ECCParameters: WireStructure {
  /// Reads a TPMS_ECC_PARMS.
  public init(from reader: inout WireReader) throws(WireError) {
    symmetric = try reader.symmetricDefinition()
    scheme = try reader.asymmetricScheme(of: [.ecdsa, .ecdh, .ecdaa, .sm2, .ecschnorr, .ecmqv])
    curve = ECCCurve(rawValue: try reader.uint16())
    kdf = try reader.kdfScheme()
  }

  /// Writes a TPMS_ECC_PARMS.
  public func write(to writer: inout WireWriter) {
    writer.symmetric(symmetric)
    writer.scheme(scheme)
    writer.integer(curve.rawValue)
    writer.kdf(kdf)
  }
}

extension RSAParameters: WireStructure {
  /// Reads a TPMS_RSA_PARMS.
  public init(from reader: inout WireReader) throws(WireError) {
    symmetric = try reader.symmetricDefinition()
    scheme = try reader.asymmetricScheme(of: [.rsassa, .rsaes, .rsapss, .oaep])
    keyBits = try reader.uint16()
    exponent = try reader.uint32()
  }

  /// Writes a TPMS_RSA_PARMS.
  public func write(to writer: inout WireWriter) {
    writer.symmetric(symmetric)
    writer.scheme(scheme)
    writer.integer(keyBits)
    writer.integer(exponent)
  }
}
