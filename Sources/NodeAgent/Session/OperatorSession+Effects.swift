extension OperatorSession {
  /// What happens outside of the session because of it.
  struct Effects: Sendable {
    /// What to show in the next session; thrown is why there is nothing to show.
    var credentials: @Sendable () async throws -> SessionCredentials
    /// The operator pushed other settings.
    var apply: @Sendable (OperatedSettings) -> Void
    /// The license, or what else is known of the session, may have changed.
    var publish: @Sendable (SessionView) -> Void
    /// The operator takes the key of a session that shows these. Before that nothing of the node's is given up.
    var taken: @Sendable (SessionCredentials) async -> Void
    /// A session that showed these ended before that; what speaks against them. It says whether the next one shows a
    /// certificate that the operator took last.
    var untaken: @Sendable (SessionCredentials, CertificateObjection) async -> Bool = { _, _ in false }
    /// The loop lives.
    var alive: @Sendable () -> Void
  }
}
