public import Logging
import Synchronization

/// How grave something has to be to be logged, for all loggers that follow it.
public final class LogThreshold: Sendable {
  private let current: Mutex<Logger.Level>

  /// A threshold at `level`.
  public init(_ level: Logger.Level) { current = Mutex(level) }

  /// What is graver than this, or as grave, is logged.
  public var level: Logger.Level {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }
}
