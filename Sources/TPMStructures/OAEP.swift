import SecretMemory

/// RSAES-OAEP with a label, as TPMs share seeds. Sources: RFC 8017, 7.1.1; TPM 2.0 part 1, B.4 (the label ends with a
/// zero).
struct OAEP {
  private let hash: HashAlgorithm
  private let label: [UInt8]

  /// Padding with `hash` (for the label and the mask alike) and the label, its terminating zero not included.
  init(_ hash: HashAlgorithm, label: String) {
    self.hash = hash
    self.label = Array(label.utf8) + [0]
  }

  /// `message` encrypted to `key`; `seed`, as long as the digest, is fresh but in tests.
  func encrypt(
    _ message: SecretBytes, to key: RSAPublicKey, seed: [UInt8]? = nil
  ) throws(TPMStructureError) -> [UInt8] {
    let limit = key.size - 2 * hash.digestSize - 2
    guard message.count <= limit else { throw TPMStructureError.size(message.count, limit: limit) }
    var generator = SystemRandomNumberGenerator()
    let seed = seed ?? (0..<hash.digestSize).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    let padding = [UInt8](repeating: 0, count: limit - message.count) + [1]
    let block = hash.hash(label) + padding + message.withUnsafeBytes { Array($0) }
    let maskedBlock = Self.xor(block, mask(seed, count: block.count))
    let maskedSeed = Self.xor(seed, mask(maskedBlock, count: seed.count))
    return try key.raise([0] + maskedSeed + maskedBlock)
  }

  // MGF1 of RFC 8017, B.2.1.
  private func mask(_ seed: [UInt8], count: Int) -> [UInt8] {
    var mask: [UInt8] = []
    var counter: UInt32 = 0
    while mask.count < count {
      var writer = WireWriter()
      writer.raw(seed)
      writer.integer(counter)
      mask += hash.hash(writer.bytes)
      counter += 1
    }
    return Array(mask[..<count])
  }

  private static func xor(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] { zip(left, right).map { $0 ^ $1 } }
}
