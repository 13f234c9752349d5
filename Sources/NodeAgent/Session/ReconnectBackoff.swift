/// When to dial next: at a random moment of a window that grows with each failure (full jitter), the first dial
/// included, so that a fleet that starts at once does not call at once. The operator may widen the window, and may name
/// a time before which it will not listen.
public struct ReconnectBackoff: Sendable, Hashable {
  /// The first window.
  public static let first = Duration.seconds(2)
  /// The longest window that grows by itself; an operator's own may be longer, up to ``longestAsked``.
  public static let longest = Duration.seconds(120)
  /// No operator keeps a node away for longer.
  public static let longestAsked = Duration.seconds(3600)

  private var window = ReconnectBackoff.first
  private var isAsked = false
  private var hold = Duration.zero

  /// Nothing has failed yet.
  public init() {}

  /// How long to wait before the next dial, which is thought to fail until ``succeeded()`` is called.
  public mutating func next(using random: inout some RandomNumberGenerator) -> Duration {
    let delay = hold + window * Double.random(in: 0..<1, using: &random)
    hold = .zero
    // A window that an operator asked for is for one dial: it has spread the nodes, and one that comes while the operator
    // is still away tries again as after a first failure, not after another window.
    window = isAsked ? Self.first : min(window * 1.6, Self.longest)
    isAsked = false
    return delay
  }

  /// The session lived until the first acknowledgement: a server that accepts and hangs up at once is a failure too.
  public mutating func succeeded() { (window, isAsked) = (Self.first, false) }

  /// The operator asked all of its nodes to come back within `window`. The dial leaves room in it for the handshake.
  public mutating func widen(to window: Duration) {
    let asked = max(min(window, Self.longestAsked), Self.first)
    self.window = asked - min(asked / 10, Duration.seconds(1))
    isAsked = true
  }

  /// The operator does not want to hear from this node for that long.
  public mutating func wait(_ duration: Duration) { hold = max(.zero, min(duration, Self.longestAsked)) }
}

extension RandomNumberGenerator {
  /// ``ReconnectBackoff/next(using:)`` with this generator, of whatever type it is.
  mutating func delay(of backoff: inout ReconnectBackoff) -> Duration { backoff.next(using: &self) }
}
