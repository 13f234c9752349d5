public import LicenseProtocol

/// Why a session is over, and what follows for the next.
public enum SessionEnd: Sendable, Hashable {
  /// The connection failed or broke; the words of whoever noticed.
  case lost(String)
  /// Whoever answers is not the operator; what does not fit.
  case unverified(String)
  /// The rules of the license say to leave: why, and when to come back.
  case left(Reconnection)
  /// What the operator said is against the protocol, or beyond what this version knows.
  case incompatible(String)
  /// The node could not keep what it has to keep, or has nothing to show.
  case unable(String)
  /// The node has a new certificate, which holds from the next handshake on.
  case renewed
  /// Other settings are in force.
  case resettled
  /// The agent was told to end.
  case stopped

  /// Whether the stream is to be ended in order, with the operator still listening.
  var isOrderly: Bool {
    switch self {
    case .renewed, .resettled, .stopped, .incompatible, .unable: true
    case .left(let reconnection): reconnection.cause != .missedLeaseAcks && reconnection.cause != .noWelcome
    case .lost, .unverified: false
    }
  }
}

extension SessionEnd: CustomStringConvertible {
  /// What happened, as words that end a sentence.
  public var description: String {
    switch self {
    case .lost(let words): words
    case .unverified(let words): "whoever answered is not the operator: \(words)"
    case .left(let reconnection): Self.words(of: reconnection.cause)
    case .incompatible(let words): "the operator cannot be understood: \(words)"
    case .unable(let words): words
    case .renewed: "the node's certificate was renewed"
    case .resettled: "other settings are in force"
    case .stopped: "the agent ended"
    }
  }

  private static func words(of cause: Reconnection.Cause) -> String {
    switch cause {
    case .missedLeaseAcks: "the operator stopped acknowledging heartbeats"
    case .noWelcome: "the operator did not answer"
    case .drain: "the operator asked to reconnect"
    case .fenced: "the operator fenced this node"
    case .refused: "the operator refused and asked to wait"
    }
  }
}
