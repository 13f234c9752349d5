/// One container of a pod: started, probed, started anew with growing pauses, stopped at the end.
actor ContainerRunner {
  private let pod: Pod
  private let container: Pod.Container
  private let podman: Podman
  private let serviceAccount: String?
  private let log: Log
  private(set) var isReady = false
  private(set) var restarts = 0
  private var isStopping = false

  init(_ pod: Pod, _ container: Pod.Container, podman: Podman, serviceAccount: String?, log: Log) {
    self.pod = pod
    self.container = container
    self.podman = podman
    self.serviceAccount = serviceAccount
    self.log = log
  }

  private var name: String { Podman.containerName(pod, container) }

  /// Until it is stopped.
  func run() async {
    // Upstream begins with ten seconds; a lab on a slow machine has better things to wait for.
    var pause = Duration.seconds(1)
    while !isStopping {
      let start = ContinuousClock.now
      do throws(Refusal) {
        let status = try await runOnce()
        log.line("container \(name) exited with status \(status)")
      } catch {
        log.line("error syncing pod \(pod.namespace)/\(pod.name): \(error)")
      }
      if isStopping { break }
      if start.duration(to: .now) > .seconds(600) { pause = .seconds(1) }
      restarts += 1
      log.line("back-off \(pause) restarting failed container=\(container.name) pod=\(pod.name)")
      do {
        try await Task.sleep(for: pause)
      } catch {
        break
      }
      pause = min(pause * 2, .seconds(30))
    }
  }

  func stop() async {
    isStopping = true
    do throws(Refusal) {
      _ = try await ChildProcess.run([podman.program, "rm", "--force", "--time=10", name])
    } catch {
      log.line("stopping \(name): \(error)")
    }
  }

  private func runOnce() async throws(Refusal) -> Int {
    let start = ContinuousClock.now
    if try await isRunningAlready() {
      log.line("container \(name) runs already and is kept")
    } else {
      try podman.prepare(pod)
      let words = try podman.runCommand(pod, container, serviceAccount: serviceAccount)
      let outcome = try await ChildProcess.run(words)
      guard outcome.status == 0 else {
        throw Refusal("CreateContainerError: \(outcome.output.split(separator: "\n").last ?? "")")
      }
      log.line("started container \(name)")
    }
    let probing = Task { await self.probe() }
    defer {
      probing.cancel()
      isReady = false
    }
    // podman looks from time to time: as seldom as starting a container takes long.
    let interval = max(1, start.duration(to: .now).components.seconds)
    let outcome = try await ChildProcess.run([podman.program, "wait", "--interval=\(interval)s", name])
    return Int(outcome.output.split(separator: "\n").last ?? "") ?? outcome.status
  }

  private func isRunningAlready() async throws(Refusal) -> Bool {
    let format = "{{.State.Running}} {{index .Config.Labels \"ll.double.manifest\"}}"
    let outcome = try await ChildProcess.run([podman.program, "container", "inspect", "--format=\(format)", name])
    return outcome.status == 0 && outcome.output.contains("true \(Podman.manifestHash(pod))")
  }

  private func probe() async {
    if let startup = container.startupProbe {
      guard await succeeds(startup) else {
        if !Task.isCancelled { await kill("startup") }
        return
      }
    }
    await withTaskGroup(of: Void.self) { group in
      if let liveness = container.livenessProbe {
        group.addTask {
          await self.wait(liveness.initialDelay)
          if await !self.holds(liveness) { await self.kill("liveness") }
        }
      }
      group.addTask { await self.watchReadiness() }
    }
  }

  /// Whether it succeeds before it failed too often.
  private func succeeds(_ probe: Probe) async -> Bool {
    await wait(probe.initialDelay)
    for _ in 0..<probe.failureThreshold {
      if Task.isCancelled { return false }
      if await probe.fault() == nil { return true }
      await wait(probe.period)
    }
    return false
  }

  /// Returns `false` after it failed too often in a row, `true` when nobody asks any more.
  private func holds(_ probe: Probe) async -> Bool {
    var failures = 0
    while !Task.isCancelled {
      let fault = await probe.fault()
      failures = fault == nil ? 0 : failures + 1
      if failures >= probe.failureThreshold { return false }
      await wait(probe.period)
    }
    return true
  }

  private func watchReadiness() async {
    guard let probe = container.readinessProbe else {
      isReady = true
      return
    }
    var failures = 0
    var words: String?
    while !Task.isCancelled {
      let fault = await probe.fault()
      if Task.isCancelled { return }
      failures = fault == nil ? 0 : failures + 1
      if fault == nil, !isReady {
        isReady = true
        log.line("container \(name) is ready")
      } else if isReady, failures >= probe.failureThreshold {
        isReady = false
      }
      if let fault, fault != words { log.line("Readiness probe failed: \(name): \(fault)") }
      words = fault
      await wait(probe.period)
    }
  }

  private func kill(_ kind: String) async {
    if Task.isCancelled || isStopping { return }
    log.line("container \(name) failed \(kind) probe, will be restarted")
    do throws(Refusal) {
      _ = try await ChildProcess.run([podman.program, "stop", "--time=10", name])
    } catch {
      log.line("stopping \(name): \(error)")
    }
  }

  private func wait(_ seconds: Int) async {
    // Cancelled means the container is gone: the loops look themselves.
    try? await Task.sleep(for: .seconds(seconds))
  }
}
