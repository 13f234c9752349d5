import GRPCCore
import GRPCNIOTransportHTTP2Posix
import ServiceLifecycle

extension GRPCServer<HTTP2ServerTransport.Posix> {
  /// Where it listens, once it does.
  var place: HostPort {
    get async throws {
      let address = try await transport.listeningAddress
      if let address = address.ipv6 { return HostPort(host: address.host, port: address.port) }
      return HostPort(host: address.ipv4?.host ?? "", port: address.ipv4?.port ?? 0)
    }
  }

  /// Serves until it cannot, the task is cancelled, or a graceful shutdown begins. That one ends whatever peers do: the
  /// library's waits for each of them, and who has not gone in time is cut off.
  /// - Parameters:
  ///   - patience: how long peers are given to go once they were asked to.
  ///   - beside: what runs for as long as it serves.
  ///   - started: hears where it listens, once it does.
  ///   - farewell: what is said to peers before they are asked to go.
  func serveUntilShutdown(
    patience: Duration = .seconds(3), beside: [@Sendable () async throws -> Void] = [],
    started: @escaping @Sendable (HostPort) async -> Void, farewell: @escaping @Sendable () async -> Void = {}
  ) async throws {
    // Each says whether its end is the end of all.
    try await withThrowingTaskGroup(of: Bool.self) { group in
      defer { group.cancelAll() }
      group.addTask {
        try await self.serve()
        return true
      }
      group.addTask {
        // Where nobody can listen, `serve()` says why. And who is told to end before it serves says so as an error.
        guard let place = try? await self.place else { return false }
        await started(place)
        try await gracefulShutdown()
        await farewell()
        self.beginGracefulShutdown()
        try await Task.sleep(for: patience)
        return true
      }
      for work in beside {
        group.addTask {
          try await work()
          return true
        }
      }
      while let isEnd = try await group.next(), !isEnd {}
    }
  }
}
