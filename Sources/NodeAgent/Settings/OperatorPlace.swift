import Synchronization

/// The settings in force, and the way to the operator that they name.
final class OperatorPlace: Sendable {
  private let current: Mutex<NodeAgentSettings>
  private let connecting: @Sendable (OperatorEndpoint) -> OperatorConnector

  init(_ settings: NodeAgentSettings, connecting: @escaping @Sendable (OperatorEndpoint) -> OperatorConnector) {
    current = Mutex(settings)
    self.connecting = connecting
  }

  var settings: NodeAgentSettings {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }

  /// A way to the operator of now.
  var connector: OperatorConnector { connecting(settings.licenseOperator) }
}
