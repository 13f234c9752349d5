/// One thing that a command on the desk did, or asks somebody to look at.
public struct DeskChange: Sendable, Hashable {
  /// What it is about: a certificate, a node, a key.
  public var name: String
  /// What was done, and why.
  public var words: String
  /// Whether nothing was done, and somebody should.
  public var isWarning = false

  /// `kubernetes: renewed until 2028-11-20: …`
  public var description: String { "\(name): \(words)" }
}
