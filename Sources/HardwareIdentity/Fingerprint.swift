import Crypto

/// A machine's hardware fingerprint: SHA-256 over the digests of its facts. A claim of the node, never evidence.
public enum Fingerprint {
  /// What every fingerprint's byte string begins with, before a NUL.
  public static let label = "lowlayer.fingerprint.v1"

  /// The byte string that is hashed: the label, a NUL, and for each of the six facts, ascending by the bytes of its
  /// name: the name with its length before it, and the SHA-256 of its value with its length before it. Lengths are two
  /// bytes, the more significant first; a fact that is not known has the length 0.
  public static func byteString(_ digests: [FactName: [UInt8]]) -> [UInt8] {
    var bytes = Array(label.utf8) + [0]
    for name in FactName.allCases.sorted() {
      append(Array(name.rawValue.utf8), to: &bytes)
      append(digests[name] ?? [], to: &bytes)
    }
    return bytes
  }

  /// The fingerprint of facts with these digests, 32 bytes.
  public static func of(_ digests: [FactName: [UInt8]]) -> [UInt8] {
    Array(SHA256.hash(data: byteString(digests)))
  }

  // Names and digests are at most 32 bytes long.
  private static func append(_ field: [UInt8], to bytes: inout [UInt8]) {
    bytes += [UInt8(truncatingIfNeeded: field.count >> 8), UInt8(truncatingIfNeeded: field.count)]
    bytes += field
  }
}
