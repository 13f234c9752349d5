/// How grave a ``Finding`` is. The names are those of an Ignition report (`kind`), which is where they end up in JSON.
public enum Severity: String, Sendable, Hashable, CaseIterable, Comparable {
  /// Worth knowing; nothing needs to change.
  case info
  /// Accepted, and probably not what was meant.
  case warning
  /// Not accepted: no output is written.
  case error

  /// Orders by gravity: `info < warning < error`.
  public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .info: 0
    case .warning: 1
    case .error: 2
    }
  }
}
