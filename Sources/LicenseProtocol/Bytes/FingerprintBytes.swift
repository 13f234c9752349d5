import Crypto

/// The fingerprint of a machine's hardware: SHA-256 over "lowlayer.fingerprint.v1", a zero byte and, for each fact in the order
/// of its name's bytes, name and value digest, each with a two-byte big-endian length. The digest of an absent fact is empty.
///
/// Source: docs/license-protocol.md, *Byte strings*.
public struct FingerprintBytes: Sendable, Hashable {
  /// The 32 bytes of `HardwareFacts.fingerprint`.
  public let bytes: [UInt8]

  /// The fingerprint of facts: their names, and SHA-256 of what each says; `nil` where it could not be read.
  public init(_ facts: [(name: String, digest: [UInt8]?)]) throws(ByteStringError) {
    let ordered = facts.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    var hashed = LabelledBytes("lowlayer.fingerprint.v1")
    var last: String?
    for (name, digest) in ordered {
      guard name != last else { throw .duplicateFact(name) }
      last = name
      if let digest, digest.count != 32 { throw .length(of: name, expected: 32, found: digest.count) }
      try hashed.appendCounted(name.utf8)
      try hashed.appendCounted(digest ?? [])
    }
    bytes = Array(hashed.digest)
  }

  /// The fingerprint that these facts of a Hello have to have; an operator compares it with the one they came with.
  public init(_ hardware: Lowlayer_Agent_V1_HardwareFacts) throws(ByteStringError) {
    try self.init(hardware.facts.map { (name: $0.name, digest: $0.digest.isEmpty ? nil : Array($0.digest)) })
  }
}
