/// The public area of an object (TPMT_PUBLIC): what it is, what it may do, and its public key. Source: TPM 2.0 part 2,
/// 12.2.4.
public struct PublicArea: Sendable, Hashable {
  /// The hash that makes the object's name; `nil` where it has none (`TPM_ALG_NULL`).
  public var nameAlgorithm: HashAlgorithm?
  /// What the object may do.
  public var attributes: ObjectAttributes
  /// The digest of the policy that authorizes its use; empty where there is none.
  public var authPolicy: [UInt8]
  /// The object's type with its parameters and its unique part.
  public var content: Content

  /// An object's type (TPMI_ALG_PUBLIC) with its parameters and its unique part (TPMU_PUBLIC_PARMS, TPMU_PUBLIC_ID).
  public enum Content: Sendable, Hashable {
    /// An RSA key and its modulus, big endian.
    case rsa(RSAParameters, modulus: [UInt8])
    /// An ECC key and its public point.
    case ecc(ECCParameters, ECCPoint)
    /// An HMAC key or sealed data, and the digest of its sensitive part.
    case keyedHash(KeyedHashScheme?, unique: [UInt8])
    /// A symmetric key and the digest of its sensitive part.
    case symmetricCipher(SymmetricDefinition?, unique: [UInt8])
  }

  /// A public area.
  public init(
    nameAlgorithm: HashAlgorithm? = .sha256, attributes: ObjectAttributes, authPolicy: [UInt8] = [], _ content: Content
  ) {
    self.nameAlgorithm = nameAlgorithm
    self.attributes = attributes
    self.authPolicy = authPolicy
    self.content = content
  }

  /// The object's type (TPMI_ALG_PUBLIC).
  public var type: Algorithm {
    switch content {
    case .rsa: .rsa
    case .ecc: .ecc
    case .keyedHash: .keyedHash
    case .symmetricCipher: .symCipher
    }
  }

  /// The object's name: the name algorithm and the digest of this area; empty without a name algorithm.
  public var name: Name {
    guard let nameAlgorithm else { return .empty }
    return Name(nameAlgorithm, ofPublicArea: wire)
  }
}

extension PublicArea: WireStructure {
  /// Reads a TPMT_PUBLIC.
  public init(from reader: inout WireReader) throws(WireError) {
    let start = reader.offset
    let type = try reader.algorithm()
    let hash = reader.offset
    let number = try reader.uint16()
    nameAlgorithm = HashAlgorithm(rawValue: number)
    guard nameAlgorithm != nil || number == Algorithm.null.rawValue else {
      throw WireError(offset: hash, .value("name algorithm", UInt32(number)))
    }
    attributes = ObjectAttributes(rawValue: try reader.uint32())
    authPolicy = try reader.sizedBytes(limit: 64)
    switch type {
    case .rsa: content = .rsa(try RSAParameters(from: &reader), modulus: try reader.sizedBytes(limit: 512))
    case .ecc: content = .ecc(try ECCParameters(from: &reader), try ECCPoint(from: &reader))
    case .keyedHash: content = .keyedHash(try reader.keyedHashScheme(), unique: try reader.sizedBytes(limit: 64))
    case .symCipher:
      content = .symmetricCipher(try reader.symmetricDefinition(), unique: try reader.sizedBytes(limit: 64))
    default: throw WireError(offset: start, .value("object type", UInt32(type.rawValue)))
    }
  }

  /// Writes a TPMT_PUBLIC.
  public func write(to writer: inout WireWriter) {
    writer.algorithm(type)
    writer.algorithm(nameAlgorithm?.algorithm ?? .null)
    writer.integer(attributes.rawValue)
    writer.sized(authPolicy)
    switch content {
    case .rsa(let parameters, let modulus):
      parameters.write(to: &writer)
      writer.sized(modulus)
    case .ecc(let parameters, let point):
      parameters.write(to: &writer)
      point.write(to: &writer)
    case .keyedHash(let scheme, let unique):
      writer.keyedHash(scheme)
      writer.sized(unique)
    case .symmetricCipher(let definition, let unique):
      writer.symmetric(definition)
      writer.sized(unique)
    }
  }
}
