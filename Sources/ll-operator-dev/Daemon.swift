import Console
import Logging
import OperatorDev
import ServiceLifecycle
import UnixSignals

/// Runs a service until SIGTERM or SIGINT, and reloads it on SIGHUP.
enum Daemon {
  static func run(_ service: any Service, reload: @escaping @Sendable () async -> Void) async throws {
    var logger = Logger(label: "ll-operator-dev") { StreamLogHandler.standardError(label: $0) }
    // Its starting and stopping of services is said by events already.
    logger.logLevel = .error
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [
          .init(
            service: service, successTerminationBehavior: .gracefullyShutdownGroup,
            failureTerminationBehavior: .gracefullyShutdownGroup),
          .init(
            service: HangupService(reload: reload), successTerminationBehavior: .ignore,
            failureTerminationBehavior: .ignore),
        ], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    do {
      try await group.run()
    } catch let error as OperatorError {
      throw error
    } catch {
      Output.error.line("run: error: \(error)")
      throw Exit.environment
    }
  }
}

/// Waits for SIGHUP.
struct HangupService: Service {
  let reload: @Sendable () async -> Void

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { await reload() }
  }
}

/// Events, one JSON object a line.
enum EventLine {
  /// Prints one.
  static func write(_ event: OperatorEvent) { Output.standard.write(event.json + [UInt8(ascii: "\n")]) }
}
