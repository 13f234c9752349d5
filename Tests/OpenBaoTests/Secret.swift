import SecretMemory

/// A text as a secret.
enum Secret {
  static func bytes(_ text: String) throws -> SecretBytes {
    try SecretBytes(count: text.utf8.count) { $0.copyBytes(from: Array(text.utf8)) }
  }

  static func text(_ secret: SecretBytes) -> String { secret.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
}
