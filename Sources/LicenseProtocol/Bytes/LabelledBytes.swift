import Crypto

/// What is hashed or signed: an ASCII label and a zero byte, which tell one use from another, and then fields.
///
/// A field that is counted has its length before it, two bytes, big-endian, so that no two lists of fields make the same bytes.
struct LabelledBytes {
  private(set) var bytes: [UInt8]

  init(_ label: StaticString) {
    bytes = label.withUTF8Buffer { Array($0) } + [0]
  }

  /// Adds a field without a length: the last one, or one that is always as long.
  mutating func append(_ field: some Collection<UInt8>) { bytes.append(contentsOf: field) }

  /// Adds a field with its length before it.
  mutating func appendCounted(_ field: some Collection<UInt8>) throws(ByteStringError) {
    guard let count = UInt16(exactly: field.count) else { throw .fieldTooLong(field.count) }
    bytes.append(UInt8(count >> 8))
    bytes.append(UInt8(count & 0xFF))
    bytes.append(contentsOf: field)
  }

  /// SHA-256 over all of it.
  var digest: SHA256Digest { SHA256.hash(data: bytes) }
}

/// Why fields make no byte string.
public enum ByteStringError: Error, Sendable, Hashable {
  /// A field of this many bytes; two bytes of length reach to 65,535.
  case fieldTooLong(Int)
  /// A field that has one length, with another.
  case length(of: String, expected: Int, found: Int)
  /// Two facts have one name.
  case duplicateFact(String)
}
