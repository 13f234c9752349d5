import Console
import Logging
import OperatorDev
import ServiceLifecycle
import UnixSignals

/// Runs a service until SIGTERM or SIGINT, and reloads it on SIGHUP.
///
/// A service cuts off peers that do not go; what else may hold an end up (a dial that nobody answers, a disk) ends with
/// the program. Nothing is lost by that: what was promised was saved before it was said.
enum Daemon {
  /// How long an end may take.
  private static let limit: Duration = .seconds(9)

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
        ], gracefulShutdownSignals: [], logger: logger))
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    do {
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        defer { tasks.cancelAll() }
        tasks.addTask { await end(group, at: signals) }
        try await group.run()
      }
    } catch let error as OperatorError {
      throw error
    } catch {
      Output.error.line("run: error: \(error)")
      throw Exit.environment
    }
  }

  /// The first signal begins the end, and a later one is it. Two at once are one: timeout(1) sends its signal to the
  /// program and then to the group.
  private static func end(_ group: ServiceGroup, at signals: UnixSignalsSequence) async {
    var begun: ContinuousClock.Instant?
    for await _ in signals {
      if let begun {
        if ContinuousClock.now - begun >= .seconds(1) { Exit.done.conclude() }
        continue
      }
      begun = .now
      // Nobody waits for this or cancels it: it goes with the program.
      Task<Void, Never> {
        try? await Task.sleep(for: limit)
        Exit.done.conclude()
      }
      await group.triggerGracefulShutdown()
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
