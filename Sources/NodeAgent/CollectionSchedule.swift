import Synchronization

/// How often the node is read, and what is read besides: the node's own settings with what was pushed over them.
final class CollectionSchedule: Sendable {
  private let current: Mutex<OperatedSettings>

  init(_ settings: OperatedSettings) { current = Mutex(settings) }

  var settings: OperatedSettings {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }
}
