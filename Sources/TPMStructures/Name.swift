import BaseEncodings

/// What a TPM calls an entity (TPM2B_NAME without its size): a hash algorithm and the digest of the public area, or a
/// handle.
///
/// Source: TPM 2.0 part 1, *Names*.
public struct Name: Sendable, Hashable {
  /// The name's bytes: a 16-bit algorithm and a digest, or a 32-bit handle, or nothing for an object without a name
  /// algorithm.
  public let bytes: [UInt8]

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// The name of an object that has no name algorithm.
  public static let empty = Name(bytes: [])

  /// The name of an object or NV index with that public area.
  init(_ algorithm: HashAlgorithm, ofPublicArea area: [UInt8]) {
    var writer = WireWriter()
    writer.algorithm(algorithm.algorithm)
    writer.raw(algorithm.hash(area))
    bytes = writer.bytes
  }

  /// The name of a PCR, a hierarchy or a session, which is its handle.
  public init(handle: UInt32) {
    var writer = WireWriter()
    writer.integer(handle)
    bytes = writer.bytes
  }

  /// The name that `bytes` are: nothing, a handle, or a known hash algorithm with a digest of its size.
  public init(wire bytes: [UInt8]) throws(WireError) {
    if bytes.count > 4 {
      var reader = WireReader(bytes)
      let number = try reader.uint16()
      guard let algorithm = HashAlgorithm(rawValue: number) else {
        throw WireError(offset: 0, .value("name algorithm", UInt32(number)))
      }
      _ = try reader.bytes(algorithm.digestSize)
      try reader.finish()
    } else if bytes.count != 4, !bytes.isEmpty {
      throw WireError(offset: bytes.count, .truncated(missing: 4 - bytes.count))
    }
    self.bytes = bytes
  }

  /// The hash algorithm; `nil` for a handle and the empty name.
  public var algorithm: HashAlgorithm? {
    guard bytes.count > 4 else { return nil }
    return HashAlgorithm(rawValue: UInt16(bytes[0]) << 8 | UInt16(bytes[1]))
  }

  /// The digest of the public area; `nil` for a handle and the empty name.
  public var digest: [UInt8]? { algorithm == nil ? nil : Array(bytes[2...]) }

  /// The handle, where the name is one.
  public var handle: UInt32? { bytes.count == 4 ? bytes.reduce(0) { $0 << 8 | UInt32($1) } : nil }
}

extension Name: CustomStringConvertible {
  /// The bytes in hexadecimal, as tpm2-tools print a name.
  public var description: String { Hexadecimal.text(bytes) }
}
