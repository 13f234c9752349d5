import Console
import Logging
import NIOCore
import NIOPosix
import NodeAgent
import UnixSignals

/// `ll-agent run` with its settings read and its privileges let go of: what is left is to run.
struct RunStart: Sendable {
  let settings: AgentSettings
  let plan: RunSettings
  let threshold: LogThreshold
  let log: Logger
  /// Reads the settings again.
  let read: @Sendable () throws(SettingsError) -> AgentSettings

  init(
    settings: AgentSettings, plan: RunSettings, threshold: LogThreshold, log: Logger,
    read: @escaping @Sendable () throws(SettingsError) -> AgentSettings
  ) {
    self.settings = settings
    self.plan = plan
    self.threshold = threshold
    self.log = log
    self.read = read
  }

  /// Runs the service until it is told to end.
  func run() async throws -> Never {
    // One thread for the network: a fleet's agents wait, they do not work.
    NIOSingletons.groupLoopCountSuggestion = 1
    NIOSingletons.blockingPoolThreadCountSuggestion = 1
    // Caught before anything is begun that would have to be ended.
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
    let network = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let reading = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let service: RunService
    do {
      service = try await RunService(self, network: network, reading: reading.next())
    } catch {
      Output.error.line("run: error: \(error)")
      throw Exit.environment
    }
    await service.run(signals: signals)
    // Here, with all of its threads: what hangs in one of them is not waited for, and nothing is taken apart below it.
    withExtendedLifetime(service) { Exit.done.end() }
  }
}
