/// Whom an age file is encrypted to. Nothing in it is secret. Source: c2sp.org/age.
public enum AgeRecipient: Sendable, Hashable {
  /// The holder of an X25519 identity: the public point, 32 bytes.
  case x25519([UInt8])

  static let pointSize = 32
  private static let prefix = "age"

  /// The recipient of a text, `age1…` in lower case. ``AgeError/unsupported(_:)`` for those of plugins, hybrids and SSH.
  public init(_ text: String) throws(AgeError) {
    for (start, words) in [
      ("ssh-", "SSH keys as recipients"), ("age1pq1", "post-quantum recipients"),
      ("age1tag1", "tagged recipients"), ("age1tagpq1", "tagged recipients"),
    ] where text.hasPrefix(start) { throw .unsupported(words) }
    // A plugin's recipient has the plugin's name and another separator behind the first.
    if text.hasPrefix("age1"), text.dropFirst(4).contains("1") { throw .unsupported("recipients of plugins") }
    var point = [UInt8](repeating: 0, count: Self.pointSize)
    let refusal = point.withUnsafeMutableBytes { buffer -> Bech32.Refusal? in
      do throws(Bech32.Refusal) {
        try Bech32.decode(text.utf8, prefix: Self.prefix, into: buffer)
        return nil
      } catch {
        return error
      }
    }
    if let refusal { throw .recipient(refusal.rawValue) }
    self = .x25519(point)
  }
}

extension AgeRecipient: CustomStringConvertible {
  /// The text: `age1…`.
  public var description: String {
    switch self {
    case .x25519(let point):
      var text = [UInt8](repeating: 0, count: Bech32.length(prefix: Self.prefix, of: point.count))
      text.withUnsafeMutableBytes { text in
        point.withUnsafeBytes { Bech32.encode($0, prefix: Self.prefix, capitals: false, into: text) }
      }
      return String(decoding: text, as: UTF8.self)
    }
  }
}
