import CLinux
import Glibc
import HostFS
import Logging
import NIOCore
import NodeAgent
import SystemdRuntime
import UnixSignals

/// Everything that `ll-agent run` keeps going.
struct RunService: Sendable {
  private let agent: NodeAgent
  private let snapshots: SnapshotLoop
  private let report: ServiceReport
  private let http: LocalServer?
  private let socket: StatusServer
  private let log: Logger

  /// How long the loop may hang before `/healthz` and the watchdog say so; it turns at least once a second.
  static let patience = Duration.seconds(15)

  init(
    _ settings: AgentSettings, _ plan: RunSettings, network: any EventLoopGroup, reading: any EventLoop, log: Logger
  ) async throws {
    let root = settings.rootDirectory ?? "/"
    let liveness = LoopLiveness(limit: Self.patience)
    let snapshots = try SnapshotLoop(settings, on: reading)
    let machine = MachineFacts(root: root, tcti: plan.agent.tcti)
    agent = try await NodeAgent(
      plan.agent,
      sources: .init(hardware: { try await machine.read() }, snapshot: { await snapshots.snapshot($0) }),
      clock: .system(root: root), liveness: liveness, group: network, log: log)
    self.snapshots = snapshots
    report = ServiceReport(liveness)
    self.log = log
    let answers = agent.board.answers(liveness)
    socket = try await StatusServer.listen(at: plan.socketPath, on: network, answering: answers)
    if let address = plan.listen {
      http = try await LocalServer.listen(at: address, on: network, answering: answers)
    } else {
      http = nil
    }
  }

  /// Runs until SIGTERM or SIGINT, and ends in order: first the session, then the rest.
  func run(signals: UnixSignalsSequence, settings: @escaping @Sendable () throws -> AgentSettings) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await agent.collect() }
      group.addTask { await agent.renewCertificate() }
      group.addTask { await showStatus() }
      group.addTask { await letGoOfCode() }
      if let watchdog = Watchdog() { group.addTask { await report.watch(every: watchdog.interval) } }
      group.addTask {
        for await signal in signals {
          guard signal == .sighup else { break }
          await reload(settings)
        }
        report.stopping()
        await agent.stop()
      }
      report.ready()
      log.notice("ll-agent \(RunSettings.version) runs", metadata: ["operator": "\(agent.board.licenseOperator)"])
      await agent.keepSession()
      group.cancelAll()
    }
    await http?.close()
    await socket.close()
    await snapshots.close()
    log.notice("ll-agent ended")
  }

  private func reload(_ settings: @Sendable () throws -> AgentSettings) async {
    report.reloading()
    defer { report.reloaded() }
    do {
      let fresh = try settings()
      await agent.reload(
        OperatedSettings(interval: fresh.interval ?? .seconds(15), units: fresh.units ?? []))
      log.notice("the settings were read again; addresses, keys and certificates' paths hold from the next start")
    } catch {
      // Every finding was said where it was found.
      log.error("the settings are wrong, and the old ones stay")
    }
  }

  private func showStatus() async {
    while !Task.isCancelled {
      let status = agent.board.status
      report.status(status.sentence)
      // Cancelled: the loop's condition sees it.
      try? await Task.sleep(for: .seconds(2), clock: .continuous)
    }
  }

  /// What only the start needed goes back to the page cache; it is read again where it is needed after all.
  private func letGoOfCode() async {
    for seconds in [5, 30, 120] {
      try? await Task.sleep(for: .seconds(seconds), clock: .continuous)
      if Task.isCancelled { return }
      ll_release_code()
    }
  }
}
