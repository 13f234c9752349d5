import ArgumentParser
import CLinux
import Console
import Glibc
import HostFS
import Logging
import NIOCore
import NIOPosix
import NodeAgent
import SystemdRuntime
import UnixSignals

/// `ll-agent run`
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Prove to the operator that this node is licensed, and report its health, until told to end.",
    discussion: """
      A service: SIGTERM ends the session in order, SIGHUP reads the settings again. Started by systemd it is ready \
      before it is licensed; its status line, `ll-agent status` and /readyz say whether it is. It never writes to the \
      Kubernetes API and never stops a workload.
      """)

  @Option(help: "The gravest that is left out of the log: trace, debug, info, notice, warning, error, critical.")
  var logLevel: String = "info"

  @OptionGroup var options: SettingsOptions

  func validate() throws {
    guard Logger.Level(rawValue: logLevel) != nil else { throw ValidationError("--log-level: no such level.") }
  }

  mutating func run() async throws {
    // One thread for the network: a fleet's agents wait, they do not work.
    NIOSingletons.groupLoopCountSuggestion = 1
    NIOSingletons.blockingPoolThreadCountSuggestion = 1
    let settings = try options.resolved(interval: nil)
    let plan = try RunSettings(settings, nodeName: settings.nodeName ?? NodeReader.hostName)
    let level = Logger.Level(rawValue: logLevel) ?? .info
    let log = Logger(label: "ll-agent") { AgentLog(label: $0, level: level) }
    // Caught before anything is begun that would have to be ended.
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
    let network = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let reading = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let service: RunService
    do {
      service = try await RunService(settings, plan, network: network, reading: reading.next(), log: log)
    } catch {
      Output.error.line("run: error: \(error)")
      throw Exit.environment
    }
    let options = options
    await service.run(signals: signals) { try options.resolved(interval: nil) }
    try? await network.shutdownGracefully()
    try? await reading.shutdownGracefully()
  }
}
