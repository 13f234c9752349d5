/// The credentials that are being found: OpenBao may be asked for a certificate, and may take its time.
struct Preparation {
  let task: Task<Void, Never>
  private let outcomes: AsyncStream<Result<SessionCredentials, any Error>>
  private let found: AsyncStream<Result<SessionCredentials, any Error>>.Continuation

  init(_ credentials: @escaping @Sendable () async throws -> SessionCredentials) {
    let (outcomes, found) = AsyncStream.makeStream(of: Result<SessionCredentials, any Error>.self)
    (self.outcomes, self.found) = (outcomes, found)
    task = Task {
      do { found.yield(.success(try await credentials())) } catch { found.yield(.failure(error)) }
      found.finish()
    }
  }

  /// What was found; `nil` once it was abandoned.
  var outcome: Result<SessionCredentials, any Error>? {
    get async {
      for await outcome in outcomes { return outcome }
      return nil
    }
  }

  /// Does not wait for it any more, also where a server that hangs does not hear of the cancellation.
  func abandon() {
    task.cancel()
    found.finish()
  }
}
