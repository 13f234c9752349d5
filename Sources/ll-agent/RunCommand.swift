import ArgumentParser
import CLinux
import Logging
import NodeAgent

/// `ll-agent run`
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Prove to the operator that this node is licensed, and report its health, until told to end.",
    discussion: """
      A service: SIGTERM ends the session in order, SIGHUP reads the settings again; what is wrong with them is said, and \
      those of before stay in force. Started by systemd it is ready before it is licensed; its status line, `ll-agent \
      status` and /readyz say whether it is. The settings have to name the operator ([Agent] Operator=, OperatorAnchor=), \
      and whoever issues certificates ([OpenBao]); docs/settings.md has every key. It never writes to the Kubernetes API and never stops a workload. Before \
      anything else it lets go of every capability that it does not need.
      """)

  @Option(
    help: ArgumentHelp(
      "The least grave that is logged: trace, debug, info, notice, warning, error, critical. LL_LOG_LEVEL. "
        + "(default: info)", valueName: "level"))
  var logLevel: String?

  @OptionGroup var options: SettingsOptions

  func validate() throws {
    guard let logLevel, Logger.Level(rawValue: logLevel) == nil else { return }
    throw ValidationError("--log-level: one of \(SessionKey.logLevels).")
  }

  func run() async throws { try await begin().run() }

  /// What comes before anything else is there: the settings, and letting go of privileges.
  func begin() throws -> RunStart {
    // Before there are other threads, each of which would have a heap of its own.
    ll_keep_heap_small()
    ll_map_page_by_page()
    let (settings, plan): (AgentSettings, RunSettings)
    do throws(SettingsError) {
      settings = try read()
      plan = try RunSettings(settings)
    } catch {
      throw error.said()
    }
    let threshold = LogThreshold(plan.logLevel)
    let log = Logger(label: "ll-agent") { AgentLog(label: $0, threshold: threshold) }
    switch Privileges.drop(for: settings, port: plan.listen?.port ?? 0) {
    case .success(let words): log.info("\(words)")
    case .failure(let error): log.warning("\(error)")
    }
    return RunStart(settings: settings, plan: plan, threshold: threshold, log: log) { () throws(SettingsError) in
      try read()
    }
  }

  private func read() throws(SettingsError) -> AgentSettings {
    var settings = try options.read(interval: nil)
    if let logLevel { settings.session.values[.logLevel] = [logLevel] }
    return settings
  }
}
