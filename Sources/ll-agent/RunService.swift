import CLinux
import Glibc
import HostFS
import LicenseProtocol
import Logging
import NIOCore
import NodeAgent
import Synchronization
import SystemdRuntime
import UnixSignals

/// Everything that `ll-agent run` keeps going.
final class RunService: Sendable {
  private let agent: NodeAgent
  private let snapshots: SnapshotLoop
  private let report: ServiceReport
  private let socket: StatusServer
  private let start: RunStart
  private let liveness: LoopLiveness
  private let network: any EventLoopGroup
  private let http: Mutex<LocalServer?>
  private var log: Logger { start.log }

  /// How long the loop may hang before `/healthz` and the watchdog say so; it turns at least every five seconds.
  static let patience = Duration.seconds(15)

  init(_ start: RunStart, network: any EventLoopGroup, reading: any EventLoop) async throws {
    let root = start.settings.rootDirectory ?? "/"
    let plan = start.plan
    let liveness = LoopLiveness(limit: Self.patience)
    let snapshots = try SnapshotLoop(start.settings, on: reading)
    let machine = MachineFacts(root: root, tcti: plan.agent.tcti)
    agent = try await NodeAgent(
      plan.agent,
      sources: .init(hardware: { try await machine.read() }, snapshot: { await snapshots.snapshot($0) }),
      clock: .system(root: root), liveness: liveness, group: network, log: start.log)
    self.start = start
    self.snapshots = snapshots
    self.liveness = liveness
    self.network = network
    report = ServiceReport(liveness)
    let answers = agent.board.answers(liveness)
    socket = try await StatusServer.listen(at: plan.socketPath, on: network, answering: answers)
    var server: LocalServer?
    if let address = plan.listen {
      server = try await LocalServer.listen(at: address, on: network, answering: answers)
    }
    http = Mutex(server)
  }

  /// Runs until SIGTERM or SIGINT, and ends the session in order. What else is under way then is not waited for: a
  /// kubelet, an OpenBao or a file system that hangs would keep the machine from being switched off, and nothing is lost
  /// with them that a power cut would not take too.
  func run(signals: UnixSignalsSequence) async {
    var tasks = [
      Task { await agent.collect() }, Task { await agent.renewCertificate() }, Task { await letGoOfCode() },
    ]
    if let watchdog = Watchdog() { tasks.append(Task { await report.watch(every: watchdog.interval) }) }
    tasks.append(
      Task {
        var settings = start.settings
        for await signal in signals {
          guard signal == .sighup else { break }
          settings = await reload(settings)
        }
        report.stopping()
        await agent.stop()
      })
    agent.board.watch { [report] in
      report.status([$0.line, $0.settingsFault].compactMap { $0 }.joined(separator: " "))
    }
    report.ready()
    log.notice("ll-agent \(RunSettings.version) runs", metadata: ["operator": "\(agent.board.licenseOperator)"])
    await agent.keepSession()
    for task in tasks { task.cancel() }
    await http.withLock { $0 }?.close()
    await socket.close()
    log.notice("ll-agent ended")
  }

  /// Reads the settings again, and has them hold as a whole or not at all.
  /// - Returns: the settings in force.
  private func reload(_ old: AgentSettings) async -> AgentSettings {
    report.reloading()
    defer { report.reloaded() }
    do throws(SettingsError) {
      let change = try SettingsChange(from: old, to: try start.read())
      try await apply(change, insteadOf: try RunSettings(old))
      log.notice("\(change.sentence)")
      agent.board.publish(settingsFault: nil)
      return change.settings
    } catch {
      for finding in error.findings { log.error("\(finding)") }
      let time = ServerTime(nanoseconds: WallClock.now()).words
      let more = error.findings.count > 1 ? ", and \(error.findings.count - 1) more in the log" : ""
      let fault =
        "The settings that were read at \(time) are wrong, and those of before stay in force: "
        + "\(error.findings.first ?? "")\(more)."
      log.error("the settings are wrong, and those of before stay in force")
      agent.board.publish(settingsFault: fault)
      return old
    }
  }

  private func apply(_ change: SettingsChange, insteadOf old: RunSettings) async throws(SettingsError) {
    let faults = change.plan.agent.faults(insteadOf: old.agent)
    guard faults.isEmpty else { throw SettingsError(faults.map { "settings: error: \($0)" }) }
    // What may fail comes first; nothing else has changed by then.
    if let address = change.plan.listen, address != old.listen {
      let server: LocalServer
      do throws(ServiceError) {
        server = try await LocalServer.listen(
          at: address, on: network, answering: agent.board.answers(liveness))
      } catch {
        throw SettingsError(["settings: error: [Agent] Listen=: \(error)"])
      }
      let before = http.withLock { http in
        defer { http = server }
        return http
      }
      await before?.close()
    }
    if change.concernsKubelet { await snapshots.ask(change.settings) }
    start.threshold.level = change.plan.logLevel
    await agent.reload(change.plan.agent)
  }

  /// What only the start needed goes back to the page cache; it is read again where it is needed after all.
  private func letGoOfCode() async {
    // The start, and then what a renewal and other rare work have needed.
    var pauses = [600, 120, 30, 5]
    while true {
      let pause = pauses.count > 1 ? pauses.removeLast() : pauses[0]
      try? await Task.sleep(for: .seconds(pause), clock: .continuous)
      if Task.isCancelled { return }
      ll_release_code()
    }
  }
}
