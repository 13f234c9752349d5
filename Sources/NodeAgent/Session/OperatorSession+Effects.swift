extension OperatorSession {
  /// What happens outside of the session because of it.
  struct Effects: Sendable {
    /// What to show in the next session; thrown is why there is nothing to show.
    var credentials: @Sendable () async throws -> SessionCredentials
    /// The operator pushed other settings.
    var apply: @Sendable (OperatedSettings) -> Void
    /// The license, or what else is known of the session, may have changed.
    var publish: @Sendable (SessionView) -> Void
    /// The operator welcomed a session that showed these.
    var welcomed: @Sendable (SessionCredentials) async -> Void
    /// The loop lives.
    var alive: @Sendable () -> Void
  }
}
