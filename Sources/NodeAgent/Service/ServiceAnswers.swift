public import Diagnostics
public import NodeMetrics

/// What a running agent says of itself to those who ask on its own machine: over HTTP, and root over the status socket.
public struct ServiceAnswers: Sendable {
  /// Why the agent's loop is thought to hang; `nil` while it turns. `/healthz`.
  public var fault: @Sendable () -> String?
  /// Whether the node is licensed, and in words why or why not. `/readyz`.
  public var readiness: @Sendable () async -> Readiness
  /// What the node is doing, as monitoring reads it. `/metrics`.
  public var metrics: @Sendable (MetricFormat) async -> [UInt8]
  /// The answer to a question of root's.
  public var status: @Sendable (StatusQuestion) async -> JSONText

  /// Whether the agent is ready, and a sentence that says why or why not.
  public struct Readiness: Sendable, Hashable {
    /// Whether it is ready.
    public var isReady: Bool
    /// For a person, on one line.
    public var words: String

    /// A readiness.
    public init(isReady: Bool, words: String) {
      self.isReady = isReady
      self.words = words
    }
  }

  /// Answers.
  public init(
    fault: @escaping @Sendable () -> String?, readiness: @escaping @Sendable () async -> Readiness,
    metrics: @escaping @Sendable (MetricFormat) async -> [UInt8],
    status: @escaping @Sendable (StatusQuestion) async -> JSONText
  ) {
    self.fault = fault
    self.readiness = readiness
    self.metrics = metrics
    self.status = status
  }
}

/// A question that root may ask over the status socket.
public enum StatusQuestion: String, Sendable, Hashable, CaseIterable {
  /// How the node stands.
  case status
  /// The same, with every check and what to do.
  case explain
}
